"""What an account can do with its webhooks: register, change, rotate the secret, look at what became of them, repeat."""

from __future__ import annotations

import base64
import builtins
import os
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, replace

from unpend.engine.clock import Clock
from unpend.engine.notify import mail_address, without_slack
from unpend.engine.secret import Secret
from unpend.engine.webhooks.targets import read_target
from unpend.model.errors import LimitError, UnknownEndpointError, UsageError
from unpend.model.text import Lang, Text
from unpend.model.webhook import EVENT_TYPES, Delivery, Endpoint, EndpointState, SealedSecret
from unpend.store.webhooks import Webhooks

MOST = 20
OVERLAP = 24 * 3600
NO_ENDPOINT = Text(en="There is no webhook {uid}.", ja="Webhook {uid} は存在しません。")
NO_EVENT = Text(
    en="There is no event {uid} to be sent again; events are kept for 30 days.",
    ja="再送できるイベント {uid} はありません。イベントの保存期間は 30 日です。",
)
TOO_MANY = Text(
    en="This account has {most} webhooks already.", ja="このアカウントには既に {most} 件の Webhook があります。"
)
DELETE_ONE = Text(en="Delete one that is not used any more.", ja="使わなくなったものを削除してください。")
NO_TYPE = Text(en="{type} is no type of event.", ja="{type} というイベントの種類はありません。")
TYPES_ARE = Text(en="The types are: {types}.", ja="指定できる種類: {types}。")
NO_MAIL = Text(
    en="This installation sends no mail: its operator has not set SMTP_HOST.",
    ja="このサーバーはメールを送信できません（SMTP_HOST が設定されていません）。",
)


@dataclass(frozen=True, slots=True)
class Hooks:
    """The use cases. `allow_private` is for tests and labs: receivers on loopback, over HTTP."""

    store: Webhooks
    clock: Clock
    secret: Secret
    allow_private: bool = False

    def register(self, account: str, url: str, types: Sequence[str] = (), lang: Lang = "en") -> Endpoint:
        """A new endpoint, active at once. `secret_of` gives what it verifies signatures with."""
        uid, now = str(uuid.uuid4()), self.clock.now()
        new = Endpoint(
            0, uid, account, self._target(url), (self._fresh(uid),), _read_types(types), lang, created_at=now
        )
        kept = self.store.add(new, MOST)
        if kept is None:
            raise LimitError(TOO_MANY.fill(most=MOST), DELETE_ONE)
        return kept

    def get(self, account: str, uid: str) -> Endpoint:
        """UnknownEndpointError where the account has none of this id."""
        found = self.store.get(account, uid)
        if found is None:
            raise UnknownEndpointError(NO_ENDPOINT.fill(uid=uid[:64]))
        return found

    def list(self, account: str) -> list[Endpoint]:
        """All of the account."""
        return self.store.list(account)

    def change(
        self,
        account: str,
        uid: str,
        *,
        url: str | None = None,
        types: Sequence[str] | None = None,
        active: bool | None = None,
    ) -> Endpoint:
        """Another URL, other types, pause or go on. What is owed when it goes on again is delivered then."""
        changed, columns = self.get(account, uid), set[str]()
        if url is not None:
            changed, columns = replace(changed, url=self._target(url)), columns | {"url"}
        if types is not None:
            changed, columns = replace(changed, types=_read_types(types)), columns | {"types"}
        if active is not None:
            state = EndpointState.ACTIVE if active else EndpointState.PAUSED
            changed, columns = replace(changed, state=state, failing_since=None), columns | {"state", "failing_since"}
        return self._kept(changed, columns)

    def delete(self, account: str, uid: str) -> None:
        """With all that it is owed."""
        if not self.store.remove(account, uid):
            raise UnknownEndpointError(NO_ENDPOINT.fill(uid=uid[:64]))

    def rotate(self, account: str, uid: str) -> Endpoint:
        """A new secret. For a day every message is signed with both, so that the receiver can change over in peace."""
        was = self.get(account, uid)
        old = replace(was.secrets[0], until=self.clock.now() + OVERLAP)
        return self._kept(replace(was, secrets=(self._fresh(uid), old)), {"secrets"})

    def secret_of(self, endpoint: Endpoint) -> str:
        """The newest secret, as the receiver needs it."""
        return self.secrets_of(endpoint)[0]

    def secrets_of(self, endpoint: Endpoint) -> builtins.list[str]:
        """What is signed with now, the newest first."""
        now = self.clock.now()
        valid = [each for each in endpoint.secrets if each.until is None or each.until > now]
        return [self.secret.open(base64.b64decode(each.sealed), f"webhook {endpoint.uid}").decode() for each in valid]

    def deliveries(self, account: str, uid: str, limit: int = 100) -> Sequence[Delivery]:
        """What became of the newest events there."""
        return self.store.deliveries(self.get(account, uid).id, limit)

    def replay(self, account: str, uid: str, event: str) -> None:
        """Send an event again, under its own id, whatever became of it before."""
        if not self.store.replay(self.get(account, uid).id, event, self.clock.now()):
            raise UnknownEndpointError(NO_EVENT.fill(uid=event[:64]))

    def _kept(self, changed: Endpoint, columns: set[str]) -> Endpoint:
        if not self.store.put(changed, columns):
            raise UnknownEndpointError(NO_ENDPOINT.fill(uid=changed.uid))
        return changed

    def _fresh(self, uid: str) -> SealedSecret:
        plain = b"whsec_" + base64.b64encode(os.urandom(32))
        return SealedSecret(base64.b64encode(self.secret.seal(plain, f"webhook {uid}")).decode())

    def _target(self, url: str) -> str:
        if mail_address(url) is None:
            called = without_slack(url)
            return url.removesuffix(called) + read_target(called, allow_private=self.allow_private)
        if not os.environ.get("SMTP_HOST"):
            raise UsageError(NO_MAIL)
        return url


def _read_types(types: Sequence[str]) -> tuple[str, ...]:
    for each in types:
        if each not in EVENT_TYPES:
            raise UsageError(NO_TYPE.fill(type=each[:64]), TYPES_ARE.fill(types=EVENT_TYPES))
    return tuple(dict.fromkeys(types))

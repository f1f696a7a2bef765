"""Every operation of the REST door as a method of its name in the OpenAPI document."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, TypeVar
from urllib.parse import quote

import msgspec
from msgspec import UNSET, UnsetType

from unpend.client.events import events
from unpend.client.shapes import (
    Accepted,
    Delivery,
    Domain,
    DomainPage,
    Items,
    Key,
    KeyLength,
    KeyPage,
    MadeKey,
    MadeWebhook,
    OwnKey,
    Record,
    Scope,
    Step,
    Webhook,
)
from unpend.client.wire import Answer, UnansweredError, Wire
from unpend.model.text import Text

Shape = TypeVar("Shape")
Maybe = UnsetType
NOT_OURS = Text(
    en="The answer is not one of unpend's REST door: {why}", ja="unpend の REST API の応答ではありません: {why}"
)


class Client:
    """A server, in the name of a key. Safe to share between threads; every call is a connection of its own.

    What cannot be reached is tried `attempts` times, with what `Retry-After` says; a write is never done twice."""

    def __init__(
        self,
        url: str = "http://127.0.0.1:8025",
        key: str = "",
        *,
        timeout: float = 15.0,
        attempts: int = 4,
        lang: str = "",
        plain_http: bool = False,
    ) -> None:
        self._wire = Wire(url, key, timeout, attempts, lang, plain_http)

    def create_domain(
        self,
        name: str,
        *,
        region: str | None = None,
        key_length: KeyLength | None = None,
        own_key: OwnKey | None = None,
        mail_from: str | None = None,
        ownership_txt: bool = False,
        tags: Mapping[str, str] | None = None,
    ) -> Domain:
        """Begin to verify a domain. Its records are `list_records`."""
        wish: dict[str, Any] = {"name": name, "region": region, "key_length": key_length, "own_key": own_key}
        wish |= {"mail_from": mail_from, "ownership_txt": ownership_txt, "tags": tags}
        told = {field: value for field, value in wish.items() if value is not None}
        return _domain(self._wire.ask("POST", "/domains", told))

    def list_domains(self, *, region: str = "", cursor: str = "", limit: int = 50) -> DomainPage:
        """One page; `all_domains` goes through all."""
        return _read(self._wire.ask("GET", "/domains", region=region, cursor=cursor, limit=limit), DomainPage)

    def all_domains(self, *, region: str = "") -> Iterator[Domain]:
        """All domains of a region, by name, page after page."""
        cursor: str | None = ""
        while cursor is not None:
            page = self.list_domains(region=region, cursor=cursor, limit=200)
            yield from page.items
            cursor = page.next

    def get_domain(self, id: str) -> Domain:  # noqa: A002
        """Its states, and its root cause while it is not verified. Asked again, little is sent where nothing has changed."""
        return _domain(self._wire.read(_at("/domains", id)))

    def update_domain(
        self,
        id: str,  # noqa: A002
        *,
        key_length: KeyLength | Maybe = UNSET,
        own_key: OwnKey | Maybe = UNSET,
        mail_from: str | Maybe | None = UNSET,
        tags: Mapping[str, str] | Maybe = UNSET,
        if_match: str = "",
    ) -> Domain:
        """What is left out stays; `mail_from=None` clears it. `if_match` is the `etag` of what the change rests on."""
        wish = {"key_length": key_length, "own_key": own_key, "mail_from": mail_from, "tags": tags}
        told = {field: value for field, value in wish.items() if value is not UNSET}
        return _domain(self._wire.ask("PATCH", _at("/domains", id), told, if_match=if_match))

    def delete_domain(self, id: str) -> None:  # noqa: A002
        """Stop verifying it. Created again, it gets the same records."""
        self._wire.ask("DELETE", _at("/domains", id))

    def list_records(self, id: str) -> list[Record]:  # noqa: A002
        """What to publish, as a DNS panel wants it, and what was found there."""
        return _read(self._wire.ask("GET", _at("/domains", id, "records")), Items[Record]).items

    def check_domain(self, id: str) -> Accepted:  # noqa: A002
        """Look at it at once. No state is reset."""
        return _read(self._wire.ask("POST", _at("/domains", id, "check")), Accepted)

    def restart_domain(self, id: str) -> Accepted:  # noqa: A002
        """Begin anew what has failed."""
        return _read(self._wire.ask("POST", _at("/domains", id, "restart")), Accepted)

    def get_report(self, id: str) -> dict[str, Any]:  # noqa: A002
        """The last diagnosis (unpend.report/1). Until there is one: ProblemError with `kind` not-found and `retry_after`."""
        return _read(self._wire.ask("GET", _at("/domains", id, "report")), dict[str, Any])

    def get_history(self, id: str, *, limit: int = 200) -> list[Step]:  # noqa: A002
        """Every transition, the newest first, with the answers that caused it."""
        return _read(self._wire.ask("GET", _at("/domains", id, "history"), limit=limit), Items[Step]).items

    def get_case(self, id: str) -> bytes:  # noqa: A002
        """The case file of the last diagnosis, for `unpend replay`."""
        return self._wire.ask("GET", _at("/domains", id, "case")).body

    def stream_domain(self, id: str) -> Iterator[Domain]:  # noqa: A002
        """The domain, now and whenever it changes, until it is deleted. A connection that breaks off, or that the server ends after its
        15 minutes, is made anew, and what was told already is not told again."""
        for event in events(self._wire, _at("/domains", id, "events")):
            if event.name == "deleted":
                return
            if event.name == "domain":
                yield _decoded(event.data.encode(), Domain)

    def create_webhook(self, url: str, *, types: Sequence[str] = (), lang: str = "en") -> MadeWebhook:
        """Register a receiver; no types are all of them."""
        return _read(self._wire.ask("POST", "/webhooks", {"url": url, "types": types, "lang": lang}), MadeWebhook)

    def list_webhooks(self) -> list[Webhook]:
        """All receivers of the account."""
        return _read(self._wire.ask("GET", "/webhooks"), Items[Webhook]).items

    def get_webhook(self, id: str) -> Webhook:  # noqa: A002
        """One of them."""
        return _read(self._wire.ask("GET", _at("/webhooks", id)), Webhook)

    def update_webhook(
        self,
        id: str,  # noqa: A002
        *,
        url: str | None = None,
        types: Sequence[str] | None = None,
        active: bool | None = None,
    ) -> Webhook:
        """Another URL, other types, pause (`active=False`) or go on."""
        wish = {"url": url, "types": types, "active": active}
        told = {field: value for field, value in wish.items() if value is not None}
        return _read(self._wire.ask("PATCH", _at("/webhooks", id), told), Webhook)

    def delete_webhook(self, id: str) -> None:  # noqa: A002
        """With all that it is owed."""
        self._wire.ask("DELETE", _at("/webhooks", id))

    def rotate_webhook(self, id: str) -> MadeWebhook:  # noqa: A002
        """A new secret; for a day messages are signed with both."""
        return _read(self._wire.ask("POST", _at("/webhooks", id, "rotate")), MadeWebhook)

    def list_deliveries(self, id: str, *, limit: int = 100) -> list[Delivery]:  # noqa: A002
        """What became of the newest events."""
        return _read(self._wire.ask("GET", _at("/webhooks", id, "deliveries"), limit=limit), Items[Delivery]).items

    def replay_delivery(self, id: str, event: str) -> None:  # noqa: A002
        """Send an event again, under its own id."""
        self._wire.ask("POST", _at("/webhooks", id, "deliveries", event, "replay"))

    def create_key(self, account: str, scopes: Sequence[Scope], *, note: str = "") -> MadeKey:
        """Make an API key. Never repeated by itself: the server keeps no copy of the secret that it could give again."""
        told = {"account": account, "scopes": scopes, "note": note}
        return _read(self._wire.ask("POST", "/keys", told, again=False), MadeKey)

    def list_keys(self, *, cursor: int = 0, limit: int = 50) -> KeyPage:
        """One page of all keys, revoked ones too."""
        return _read(self._wire.ask("GET", "/keys", cursor=cursor, limit=limit), KeyPage)

    def all_keys(self) -> Iterator[Key]:
        """All keys, page after page."""
        cursor: int | None = 0
        while cursor is not None:
            page = self.list_keys(cursor=cursor, limit=200)
            yield from page.items
            cursor = page.next

    def revoke_key(self, prefix: str) -> None:
        """End a key at once."""
        self._wire.ask("DELETE", _at("/keys", prefix), again=False)


def _at(*parts: str) -> str:
    """A path. An id is one segment, whatever is in it, dots too."""
    return "/".join([parts[0], *(quote(part, safe="").replace(".", "%2E") for part in parts[1:])])


def _domain(answer: Answer) -> Domain:
    return msgspec.structs.replace(_read(answer, Domain), etag=answer.headers.get("etag", ""))


def _read(answer: Answer, shape: type[Shape]) -> Shape:
    return _decoded(answer.body, shape)


def _decoded(body: bytes, shape: type[Shape]) -> Shape:
    try:
        return msgspec.json.decode(body, type=shape)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise UnansweredError(NOT_OURS.fill(why=error)) from error

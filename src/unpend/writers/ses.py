"""Has Amazon SES look again at an identity that it has given up. Never deletes one, and never changes whose key signs.

AWS does not document which call does it ("restart from the beginning"). `VerifyDomainDkim` of the API v1 gives back the
same tokens, so it goes first; `PutEmailIdentityDkimSigningAttributes` with Easy DKIM goes second. The MAIL FROM domain
is set again, which is documented.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from unpend.aws import called, client_of, session_of
from unpend.model.errors import RefusedError, WriterError
from unpend.model.text import Text

FAILED, EASY_DKIM = "FAILED", "AWS_SES"
# AWS throttles these calls at one a second, and shows their effect a little later.
PAUSE = 1.0
LOOKS = 3
V1, V2 = "VerifyDomainDkim", "PutEmailIdentityDkimSigningAttributes"
RESTARTED = Text(
    en="SES in {region} looks for the records of {domain} again ({before} → {after}, by {calls}).",
    ja="{region} の SES が {domain} のレコードの確認を再開しました（{before} → {after}、使用した API: {calls}）。",
)
NOT_NEEDED = Text(
    en="SES in {region} has not given up {domain} ({before}): nothing was restarted.",
    ja="{region} の SES は {domain} の確認を打ち切っていません（{before}）。再開の操作は行いませんでした。",
)
OTHER_TOKENS = Text(
    en="SES now shows other tokens for {domain}; publish these records: {tokens}",
    ja="{domain} のトークンが変わりました。次のレコードを登録してください: {tokens}",
)
OWN_KEY = Text(
    en="{domain} signs with keys that are not its own Easy DKIM ({origin}), so the verification cannot be started again from here.",
    ja="{domain} は独自の Easy DKIM ではない鍵（{origin}）で署名するため、ここから検証を再開できません。",
)
OWN_KEY_HINT = Text(
    en="Save the same signing settings again in the SES console: the identity, Authentication, DKIM, Edit.",
    ja="SES コンソールの該当 ID で「認証」→「DKIM」→「編集」を開き、同じ署名設定を保存し直してください。",
)
STILL_FAILED = Text(
    en="SES in {region} took {calls}, but still says FAILED for {domain}. Its changes may take minutes to show; AWS does not document which "
    "call starts the verification again.",
    ja="{region} の SES は {calls} を受け付けましたが、{domain} はまだ FAILED です。反映に数分かかることがあります。どの API で検証が再開されるかは AWS の文書にありません。",
)
STILL_FAILED_HINT = Text(
    en="Look again in a few minutes, or save DKIM again in the SES console. Do not delete the identity: a new one may sign with a key that is "
    "not published.",
    ja="数分後に再度確認するか、SES コンソールで DKIM を保存し直してください。ID は削除しないでください。作り直すと、公開されていない鍵で署名されるおそれがあります。",
)


@dataclass(frozen=True, slots=True)
class Restart:
    """What was called, what SES said before and after, and the sentences to tell. `calls` is empty: nothing was needed."""

    region: str
    before: str
    after: str
    calls: tuple[str, ...]
    tokens: tuple[str, ...]
    said: tuple[Text, ...]


def restart(
    domain: str,
    *,
    region: str | None = None,
    profile: str | None = None,
    pause: float = PAUSE,
    tell: Callable[[Text], None] = lambda _: None,
) -> Restart:
    """Start the verification of a domain's identity again, and its MAIL FROM domain's, where SES has given up.

    RefusedError where the key is not Easy DKIM's own, WriterError where SES still says FAILED, CredentialsError.
    """
    starter = _Starter(domain.rstrip("."), region, profile, pause)
    try:
        done = starter.run()
    finally:
        starter.close()
    for sentence in done.said:
        tell(sentence)
    return done


class _Starter:
    """One identity at one region's SES."""

    def __init__(self, domain: str, region: str | None, profile: str | None, pause: float) -> None:
        session = session_of(region=region, profile=profile)
        self._domain, self._region, self._pause = domain, session.region, pause
        self._v2 = client_of(session, "sesv2")
        # Both APIs are one endpoint: whoever redirects the one means the other too.
        self._v1 = client_of(session, "ses", endpoint=self._v2.meta.endpoint_url)
        self._calls: list[str] = []

    def close(self) -> None:
        self._v1.close()
        self._v2.close()

    def run(self) -> Restart:
        first = self._identity()
        last = self._dkim(first) if FAILED in _statuses(first) else first
        mail_from = first.get("MailFromAttributes", {})
        if mail_from.get("MailFromDomainStatus") == FAILED:
            self._mail_from(mail_from)
        before, after = _told(first), _told(last)
        places = {"domain": self._domain, "region": self._region, "before": before, "after": after}
        said = [(RESTARTED if self._calls else NOT_NEEDED).fill(**places, calls=tuple(self._calls))]
        tokens = tuple(last.get("DkimAttributes", {}).get("Tokens", ()))
        if set(tokens) != set(first.get("DkimAttributes", {}).get("Tokens", ())):
            said.append(OTHER_TOKENS.fill(domain=self._domain, tokens=_records(last, self._domain)))
        return Restart(self._region, before, after, tuple(self._calls), tokens, tuple(said))

    def _dkim(self, identity: dict[str, Any]) -> dict[str, Any]:
        """Call after call until SES does not say FAILED any more; what it says then."""
        origin = identity.get("DkimAttributes", {}).get("SigningAttributesOrigin", EASY_DKIM)
        if origin != EASY_DKIM:
            raise RefusedError(OWN_KEY.fill(domain=self._domain, origin=origin), OWN_KEY_HINT)
        # The first may be forbidden where the second is allowed.
        with suppress(WriterError):
            self._call(self._v1, V1, "verify_domain_dkim", Domain=self._domain)
            if FAILED not in _statuses(found := self._settled()):
                return found
        easy = {"EmailIdentity": self._domain, "SigningAttributesOrigin": EASY_DKIM}
        self._call(self._v2, V2, "put_email_identity_dkim_signing_attributes", **easy)
        if FAILED in _statuses(found := self._settled()):
            places = {"domain": self._domain, "region": self._region, "calls": tuple(self._calls)}
            raise WriterError(STILL_FAILED.fill(**places), STILL_FAILED_HINT)
        return found

    def _settled(self) -> dict[str, Any]:
        """What SES says, a few looks long while it still says FAILED: it is eventually consistent."""
        for _ in range(LOOKS):
            found = self._identity()
            if FAILED not in _statuses(found):
                break
        return found

    def _mail_from(self, held: dict[str, Any]) -> None:
        again = {k: held[k] for k in ("MailFromDomain", "BehaviorOnMxFailure") if k in held}
        operation = "put_email_identity_mail_from_attributes"
        self._call(self._v2, "PutEmailIdentityMailFromAttributes", operation, EmailIdentity=self._domain, **again)

    def _identity(self) -> dict[str, Any]:
        answer = called(self._v2, "get_email_identity", EmailIdentity=self._domain)
        time.sleep(self._pause)
        return answer

    def _call(self, client: Any, name: str, operation: str, **arguments: Any) -> None:
        called(client, operation, **arguments)
        self._calls.append(name)
        time.sleep(self._pause)


def _statuses(identity: dict[str, Any]) -> tuple[str, str]:
    return identity.get("VerificationStatus", ""), identity.get("DkimAttributes", {}).get("Status", "")


def _told(identity: dict[str, Any]) -> str:
    return " / ".join(dict.fromkeys(filter(None, _statuses(identity)))) or "?"


def _records(identity: dict[str, Any], domain: str) -> list[str]:
    held = identity["DkimAttributes"]
    zone = held.get("SigningHostedZone", "dkim.amazonses.com")
    return [f"{token}._domainkey.{domain} CNAME {token}.{zone}" for token in held["Tokens"]]

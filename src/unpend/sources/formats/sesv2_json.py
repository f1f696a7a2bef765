"""The output of `aws sesv2 get-email-identity` and `create-email-identity`.

It never names its own domain; the MAIL FROM domain, which lies under it, is the only check there is.
"""

from __future__ import annotations

from typing import Any

from unpend.model.errors import ExpectationError
from unpend.model.expected import Expected, ExpectedRecord, ProviderView, Purpose
from unpend.model.names import absolute, is_under
from unpend.model.text import Text
from unpend.sources.asked import Asked, Document
from unpend.sources.mail_from import mail_from_records
from unpend.sources.naming import is_name, owner_name
from unpend.sources.rows import another_domain
from unpend.sources.ses_tokens import dkim_records, read_tokens
from unpend.sources.shapes import mapping, status, strings, switch, word
from unpend.sources.signing_zones import REGIONS, target_zone
from unpend.sources.times import read_time

SOURCE = "sesv2-json"
KNOWN_AS = Text(
    en="the JSON of `aws sesv2 get-email-identity` or `create-email-identity`",
    ja="`aws sesv2 get-email-identity` または `create-email-identity` の JSON",
)
# What the SES console shows in the place of the key.
OWN_KEY = "p=customerProvidedPublicKey"
_OURS = ("SigningEnabled", "Status", "Tokens", "SigningAttributesOrigin", "SigningHostedZone")
BRING_YOUR_OWN = Text(
    en="The identity signs with a key of your own (BYODKIM). SES does not give the public key back, so its value is not "
    "known here: TXT at {name}, with p= and your public key.",
    ja="この ID は独自の鍵で署名します（BYODKIM）。SES は公開鍵を返さないため、登録すべき値は分かりません。"
    "{name} の TXT に、p= に続けて公開鍵を登録してください。",
)
REPLICA = Text(
    en="The identity is a replica of the one in {region} (Deterministic Easy DKIM) and uses its records.",
    ja="この ID は {region} の ID の複製（Deterministic Easy DKIM）で、同じレコードを使います。",
)
NEVER_STARTED = Text(
    en="The identity has no DKIM tokens: DKIM was never started for it.",
    ja="この ID には DKIM のトークンがありません。DKIM がまだ開始されていません。",
)
AN_ADDRESS = Text(
    en="The file is about an e-mail address, which is verified by a link in a mail, not by DNS.",
    ja="ファイルはメールアドレスの ID のものです。メールアドレスは DNS ではなく、メール内のリンクで検証します。",
)
AN_ADDRESS_HINT = Text(
    en="Fetch the identity of the domain itself: `aws sesv2 get-email-identity --email-identity {domain}`.",
    ja="ドメイン自体の ID を取得してください: `aws sesv2 get-email-identity --email-identity {domain}`",
)


def recognises(document: Document) -> bool:
    data = mapping(document.data)
    dkim = mapping(data.get("DkimAttributes"))
    return any(key in dkim for key in _OURS) or ("IdentityType" in data and "VerifiedForSendingStatus" in data)


def read(document: Document, asked: Asked) -> Expected:
    data = mapping(document.data)
    _refuse_other(data, asked.domain)
    dkim = mapping(data.get("DkimAttributes"))
    origin = word(dkim.get("SigningAttributesOrigin")).upper()
    tokens = strings(dkim.get("Tokens"))
    if word(data.get("IdentityType")) == "EMAIL_ADDRESS" and not tokens:
        raise ExpectationError(AN_ADDRESS, AN_ADDRESS_HINT.fill(domain=asked.domain.rstrip(".")))
    records, zone, notes = _dkim(asked, dkim, origin, tokens)
    extra, more = mail_from_records(_mail_from(data), asked.domain, asked.region)
    view = _view(data, dkim, asked.domain)
    both = (*records, *extra)
    return Expected(asked.domain, both, "ses", asked.region, zone, view=view, source=SOURCE, notes=(*notes, *more))


def _dkim(
    asked: Asked, dkim: dict[str, Any], origin: str, tokens: list[str]
) -> tuple[tuple[ExpectedRecord, ...], str | None, tuple[Text, ...]]:
    if origin == "EXTERNAL":
        return _own_key(asked.domain, tokens)
    if not tokens and status(dkim.get("Status")) == "NOT_STARTED":
        return (), None, (NEVER_STARTED,)
    parent = origin.removeprefix("AWS_SES_").lower().replace("_", "-")
    region = parent if parent in REGIONS else asked.region
    read_ = read_tokens(tokens, asked.domain)
    stated = word(dkim.get("SigningHostedZone")) or asked.signing_zone
    zone, notes = target_zone(region, stated)
    replica = (REPLICA.fill(region=parent),) if parent in REGIONS else ()
    said = tuple(note for token in read_ for note in token.notes)
    return dkim_records(asked.domain, (t.text for t in read_), zone), zone, (*notes, *replica, *said)


def _own_key(domain: str, tokens: list[str]) -> tuple[tuple[ExpectedRecord, ...], None, tuple[Text, ...]]:
    """The one record of a key of the sender's own; without the selector, which SES does not always tell, none."""
    selector = tokens[0] if len(tokens) == 1 else "<selector>"
    name = f"{selector}._domainkey.{domain}"
    said = (BRING_YOUR_OWN.fill(name=name.rstrip(".")),)
    if not is_name(name.lower()):
        return (), None, said
    return (ExpectedRecord(Purpose.DKIM, name.lower(), "TXT", (OWN_KEY,), known=False),), None, said


def _mail_from(data: dict[str, Any]) -> str:
    return word(mapping(data.get("MailFromAttributes")).get("MailFromDomain"))


def _mail_from_set(data: dict[str, Any], domain: str) -> str | None:
    """The MAIL FROM domain; "" where the identity has none (`BehaviorOnMxFailure` alone), None where nothing is said."""
    if not mapping(data.get("MailFromAttributes")):
        return None
    return owner_name(name + ".", domain) if (name := _mail_from(data).rstrip(".")) else ""


def _refuse_other(data: dict[str, Any], domain: str) -> None:
    """Judges by the only names in the file: MAIL FROM's, and the identity's where a tool added it."""
    named = word(data.get("EmailIdentity")) or word(data.get("IdentityName"))
    if named and absolute(named.rpartition("@")[2]) != domain:
        raise another_domain([named], domain)
    if (mail_from := _mail_from(data)) and not is_under(name := owner_name(mail_from + ".", domain), domain):
        raise another_domain([name.partition(".")[2]], domain)


def _view(data: dict[str, Any], dkim: dict[str, Any], domain: str) -> ProviderView:
    info = mapping(data.get("VerificationInfo"))
    soa = mapping(info.get("SOARecord"))
    serial = word(soa.get("SerialNumber"))
    return ProviderView(
        verification_status=status(data.get("VerificationStatus")),
        dkim_status=status(dkim.get("Status")),
        error_type=status(info.get("ErrorType")),
        last_checked_at=read_time(info.get("LastCheckedTimestamp")),
        last_success_at=read_time(info.get("LastSuccessTimestamp")),
        soa_primary=absolute(primary) if (primary := word(soa.get("PrimaryNameServer"))) else None,
        mail_from_domain=_mail_from_set(data, domain),
        mail_from_status=status(mapping(data.get("MailFromAttributes")).get("MailFromDomainStatus")),
        signing_enabled=switch(dkim.get("SigningEnabled")),
        sending_allowed=switch(data.get("VerifiedForSendingStatus")),
        soa_serial=int(serial) if serial.isascii() and serial.isdigit() and len(serial) <= 10 else None,
    )

"""The two records of a custom MAIL FROM domain at Amazon SES. They never decide whether the domain is verified."""

from __future__ import annotations

from unpend.model.expected import ExpectedRecord, Purpose
from unpend.model.text import Text
from unpend.sources.naming import owner_name
from unpend.sources.words import plain

NO_REGION = Text(
    en="A MAIL FROM domain ({name}) is set, but its MX record depends on the region; give the region to check it.",
    ja="MAIL FROM ドメイン（{name}）が設定されていますが、その MX レコードはリージョンによって異なります。"
    "調べるにはリージョンを指定してください。",
)


def mail_from_records(
    name: str, domain: str, region: str | None
) -> tuple[tuple[ExpectedRecord, ...], tuple[Text, ...]]:
    """MX and SPF for the MAIL FROM domain, as optional records."""
    if not name:
        return (), ()
    owner = owner_name(name, domain)
    spf = ExpectedRecord(Purpose.MAIL_FROM, owner, "TXT", ("v=spf1 include:amazonses.com ~all",), required=False)
    if region is None:
        return (spf,), (NO_REGION.fill(name=plain(owner)),)
    host = f"10 feedback-smtp.{region}.amazonses.com."
    return (ExpectedRecord(Purpose.MAIL_FROM, owner, "MX", (host,), required=False), spf), ()

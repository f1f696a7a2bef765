"""Who asks: what the operator of a server can use to reach whoever runs a scan."""

from __future__ import annotations

from unpend.model.errors import UsageError
from unpend.model.text import Text
from unpend.sources.words import short

LONGEST = 100
NOT_A_CONTACT = Text(en="{given} cannot be sent as a contact.", ja="{given} は連絡先として送れません。")
GIVE_ONE = Text(
    en="Give an e-mail address or a URL: printable ASCII, at most {most} characters.",
    ja="メールアドレスか URL を、印字可能な ASCII 文字 {most} 字以内で指定してください。",
)


def read_contact(given: str) -> str:
    """The contact as it is sent; UsageError where it would not fit a DNS message or a header of HTTP."""
    contact = given.strip()
    if not contact or len(contact) > LONGEST or not (contact.isascii() and contact.isprintable()):
        raise UsageError(NOT_A_CONTACT.fill(given=short(given)), GIVE_ONE.fill(most=LONGEST))
    return contact

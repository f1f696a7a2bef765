"""The domain objects of mail providers' APIs that list their records: SendGrid, Mailgun, Resend, Brevo, MailerSend.

Each is told by a key that only it has. Resend and Brevo write names relative to the registered domain, the others whole.
Shapes: the providers' API references, read in November 2026; not tried against a live account.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from unpend.model.expected import Expected
from unpend.model.text import Text
from unpend.sources.asked import Asked, Document
from unpend.sources.naming import owner_name, record_type, record_value
from unpend.sources.rows import Row, another_domain, of_domain, record_sets
from unpend.sources.shapes import mapping, word
from unpend.sources.suffixes import registrable_of

SOURCE = "provider-json"
KNOWN_AS = Text(
    en="the domain object of the SendGrid, Mailgun, Resend, Brevo or MailerSend API (JSON)",
    ja="SendGrid、Mailgun、Resend、Brevo、MailerSend の API のドメイン情報（JSON）",
)
MOST_RECORDS = 200
Items = Iterator[dict[str, Any]]


def recognises(document: Document) -> bool:
    return _provider(document.data) is not None


def _provider(data: Any) -> str | None:
    """The provider whose object this is, by what only its objects have."""
    held = mapping(data)
    listed = held.get("records")
    if mapping(mapping(held.get("dns")).get("mail_cname")) or mapping(mapping(held.get("dns")).get("dkim1")):
        return "sendgrid"
    if isinstance(held.get("sending_dns_records"), list):
        return "mailgun"
    if isinstance(listed, list) and listed and all("record" in mapping(item) for item in listed):
        return "resend"
    if mapping(mapping(held.get("dns_records")).get("dkim_record")) or mapping(
        mapping(held.get("dns_records")).get("brevo_code")
    ):
        return "brevo"
    inner = mapping(held.get("data"))
    return "mailersend" if "hostname" in mapping(inner.get("dkim")) else None


def read(document: Document, asked: Asked) -> Expected:
    provider = _provider(document.data) or ""
    held = mapping(document.data)
    named = _named(held)
    base = registrable_of(named or asked.domain.rstrip(".")) + "." if provider in {"resend", "brevo"} else asked.domain
    if named and named.lower().rstrip(".") + "." != asked.domain:
        raise another_domain([named], asked.domain)
    items = [item for item in _ITEMS[provider](held) if word(item.get("value"))][:MOST_RECORDS]
    records, notes = of_domain(record_sets(_row(item, base, asked.domain) for item in items), asked.domain)
    return Expected(asked.domain, records, provider, source=f"{provider}-json", notes=notes)


def _named(held: dict[str, Any]) -> str:
    """The domain that the object says it is about."""
    inner = mapping(held.get("domain")).get("name")
    return word(inner or held.get("domain") or held.get("domain_name") or held.get("name"))


def _row(item: dict[str, Any], base: str, domain: str) -> Row:
    type_ = record_type(word(item.get("type")))
    name = owner_name(word(item.get("name")), base)
    value, priority = word(item.get("value")), word(item.get("priority"))
    if type_ == "MX" and priority.isdigit() and " " not in value:
        value = f"{priority} {value}"
    return Row(name, type_, record_value(type_, value, domain, name))


def _sendgrid(held: dict[str, Any]) -> Items:
    for item in map(mapping, mapping(held.get("dns")).values()):
        yield {"name": item.get("host"), "type": item.get("type"), "value": item.get("data")}


def _mailgun(held: dict[str, Any]) -> Items:
    """What is needed for sending; the MX records for receiving are another decision."""
    for item in map(mapping, held["sending_dns_records"]):
        yield {"name": item.get("name"), "type": item.get("record_type"), "value": item.get("value")}


def _resend(held: dict[str, Any]) -> Items:
    yield from map(mapping, held["records"])


def _brevo(held: dict[str, Any]) -> Items:
    for item in map(mapping, mapping(held.get("dns_records")).values()):
        yield {"name": item.get("host_name"), "type": item.get("type"), "value": item.get("value")}


def _mailersend(held: dict[str, Any]) -> Items:
    for key in ("dkim", "spf", "return_path", "custom_tracking"):
        item = mapping(mapping(held.get("data")).get(key))
        yield {"name": item.get("hostname"), "type": item.get("type"), "value": item.get("value")}


_ITEMS: dict[str, Callable[[dict[str, Any]], Items]] = {
    "sendgrid": _sendgrid,
    "mailgun": _mailgun,
    "resend": _resend,
    "brevo": _brevo,
    "mailersend": _mailersend,
}

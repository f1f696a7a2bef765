"""The domain objects of mail providers' APIs that hold a record's name and value in fields of their own: Postmark, Mailjet, SparkPost.

Shapes: the providers' API references, read in November 2026; not tried against a live account.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from unpend.model.expected import Expected
from unpend.model.text import Text
from unpend.sources.asked import Asked, Document
from unpend.sources.naming import owner_name, record_value
from unpend.sources.rows import Row, another_domain, of_domain, record_sets
from unpend.sources.shapes import mapping, word

SOURCE = "provider-json"
KNOWN_AS = Text(
    en="the domain object of the Postmark, Mailjet or SparkPost API (JSON)",
    ja="Postmark、Mailjet、SparkPost の API のドメイン情報（JSON）",
)
Triple = tuple[str, str, str]


def recognises(document: Document) -> bool:
    return bool(_provider(mapping(document.data)))


def _provider(held: dict[str, Any]) -> str:
    if "DKIMPendingTextValue" in held or "ReturnPathDomainCNAMEValue" in held:
        return "postmark"
    if "DKIMRecordValue" in _mailjet(held):
        return "mailjet"
    return "sparkpost" if "public" in mapping(_sparkpost(held).get("dkim")) else ""


def _mailjet(held: dict[str, Any]) -> dict[str, Any]:
    listed = held.get("Data")
    return mapping(listed[0]) if isinstance(listed, list) and len(listed) == 1 else {}


def _sparkpost(held: dict[str, Any]) -> dict[str, Any]:
    return mapping(held.get("results")) or held


def read(document: Document, asked: Asked) -> Expected:
    held = mapping(document.data)
    provider = _provider(held)
    about, triples = _READ[provider](held, asked.domain)
    if about and about.lower().rstrip(".") + "." != asked.domain:
        raise another_domain([about], asked.domain)
    rows = (_row(triple, asked.domain) for triple in triples if triple[0] and triple[2])
    records, notes = of_domain(record_sets(rows), asked.domain)
    return Expected(asked.domain, records, provider, source=f"{provider}-json", notes=notes)


def _row(triple: Triple, domain: str) -> Row:
    name = owner_name(triple[0], domain)
    return Row(name, triple[1], record_value(triple[1], triple[2], domain, name))


def _of_postmark(held: dict[str, Any], domain: str) -> tuple[str, Iterator[Triple]]:
    """While a new key is pending, that one is wanted; else the one in use."""
    dkim = (word(held.get("DKIMPendingHost")), "TXT", word(held.get("DKIMPendingTextValue")))
    if not dkim[0]:
        dkim = (word(held.get("DKIMHost")), "TXT", word(held.get("DKIMTextValue")))
    path = (word(held.get("ReturnPathDomain")), "CNAME", word(held.get("ReturnPathDomainCNAMEValue")))
    return word(held.get("Name")), iter((dkim, path))


def _of_mailjet(held: dict[str, Any], domain: str) -> tuple[str, Iterator[Triple]]:
    data = _mailjet(held)
    pairs = (
        ("DKIMRecordName", "DKIMRecordValue"),
        ("OwnerShipTokenRecordName", "OwnerShipToken"),
        ("", "SPFRecordValue"),
    )
    return word(data.get("Domain")), (
        (word(data.get(name)) if name else domain, "TXT", word(data.get(value))) for name, value in pairs
    )


def _of_sparkpost(held: dict[str, Any], domain: str) -> tuple[str, Iterator[Triple]]:
    """The key comes bare; the record is `v=DKIM1; k=rsa; h=sha256; p=…` at the selector."""
    data = _sparkpost(held)
    dkim = mapping(data.get("dkim"))
    signing, selector = word(dkim.get("signing_domain")) or domain.rstrip("."), word(dkim.get("selector"))
    name = f"{selector}._domainkey.{signing}." if selector else ""
    triple = (name, "TXT", f"v=DKIM1; k=rsa; h=sha256; p={word(dkim.get('public'))}")
    return word(data.get("domain")), iter((triple,))


_READ = {"postmark": _of_postmark, "mailjet": _of_mailjet, "sparkpost": _of_sparkpost}

"""The output of `aws ses get-identity-dkim-attributes` and `get-identity-verification-attributes` (API v1)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from unpend.model.expected import Expected, ExpectedRecord, ProviderView, Purpose
from unpend.model.names import absolute, is_under
from unpend.model.text import Text
from unpend.sources.asked import Asked, Document
from unpend.sources.rows import another_domain
from unpend.sources.ses_tokens import dkim_records, read_tokens
from unpend.sources.shapes import mapping, status, strings, word
from unpend.sources.signing_zones import target_zone

SOURCE = "sesv1-json"
KNOWN_AS = Text(
    en="the JSON of `aws ses get-identity-dkim-attributes` or `get-identity-verification-attributes`",
    ja="`aws ses get-identity-dkim-attributes` または `get-identity-verification-attributes` の JSON",
)
NO_TOKEN = Text(
    en="SES has no verification token for {domain}: it is verified by DKIM or not at all.",
    ja="SES には {domain} の検証トークンがありません。DKIM で検証するか、検証が始まっていません。",
)


def recognises(document: Document) -> bool:
    data = mapping(document.data)
    attributes = {**mapping(data.get("DkimAttributes")), **mapping(data.get("VerificationAttributes"))}
    return bool(attributes) and all(_is_identity(value) for value in attributes.values())


def _is_identity(value: Any) -> bool:
    keys = ("DkimEnabled", "DkimVerificationStatus", "DkimTokens", "VerificationStatus", "VerificationToken")
    return any(key in mapping(value) for key in keys)


def read(document: Document, asked: Asked) -> Expected:
    data = mapping(document.data)
    dkim = _at_or_under(data.get("DkimAttributes"), asked.domain)
    tokens = _at_or_under(data.get("VerificationAttributes"), asked.domain)
    if not dkim and not tokens:
        every = {**mapping(data.get("DkimAttributes")), **mapping(data.get("VerificationAttributes"))}
        raise another_domain(sorted(every), asked.domain)
    signed = {name: held for name, held in dkim.items() if strings(held.get("DkimTokens"))}
    if dkim and not signed and not tokens:
        read_tokens([], asked.domain)
    zone, notes = target_zone(asked.region, asked.signing_zone) if signed else (None, ())
    records = (*_aliases(signed, zone or ""), *_texts(tokens, required=not signed))
    if not records:
        notes = (*notes, NO_TOKEN.fill(domain=asked.domain.rstrip(".")))
    view = _view(dkim.get(asked.domain, {}), tokens.get(asked.domain, {}))
    return Expected(asked.domain, records, "ses", asked.region, zone, view=view, source=SOURCE, notes=notes)


def _at_or_under(attributes: Any, domain: str) -> dict[str, dict[str, Any]]:
    """The identities that are domains at or under the one asked about."""
    found = {absolute(name): mapping(held) for name, held in mapping(attributes).items() if "@" not in name}
    return {name: held for name, held in found.items() if is_under(name, domain)}


def _aliases(signed: dict[str, dict[str, Any]], zone: str) -> Iterator[ExpectedRecord]:
    for name, held in signed.items():
        tokens = read_tokens(strings(held.get("DkimTokens")), name)
        yield from dkim_records(name, (token.text for token in tokens), zone)


def _texts(tokens: dict[str, dict[str, Any]], *, required: bool) -> Iterator[ExpectedRecord]:
    """The legacy ownership records; beside DKIM records nobody needs them."""
    for name, held in tokens.items():
        if token := word(held.get("VerificationToken")):
            yield ExpectedRecord(Purpose.OWNERSHIP, f"_amazonses.{name}", "TXT", (token,), required)


def _view(dkim: dict[str, Any], ownership: dict[str, Any]) -> ProviderView:
    return ProviderView(
        verification_status=status(ownership.get("VerificationStatus")),
        dkim_status=status(dkim.get("DkimVerificationStatus")),
    )

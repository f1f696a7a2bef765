"""The rows that a long list is made of (a plain name, three tokens of Amazon SES), read in a tenth of the time.

Whatever is unusual about a row, even a space too many, sends it the long way through `sources.scan_row`; a test holds
both ways to the same subjects.
"""

from __future__ import annotations

import re
from dataclasses import replace
from functools import lru_cache
from typing import Any, NamedTuple

from unpend.model.errors import UnpendError
from unpend.model.expected import Expected, Purpose
from unpend.model.text import Lang
from unpend.observer.bulk import Subject, dkim_subject, subject_of
from unpend.report.scan.result import encoded, of_right
from unpend.sources.scan_row import RowDefaults, column_of
from unpend.sources.signing_zones import known_region, target_zone
from unpend.sources.suffixes import is_public_suffix

_NAME = re.compile(r"(?=.{4,240}\Z)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z](?:[a-z0-9-]{0,61}[a-z0-9])?\Z")
_TOKENS = re.compile(r"([a-z2-7]{32})[ ,;|]([a-z2-7]{32})[ ,;|]([a-z2-7]{32})\Z")
READ = frozenset({"domain", "tokens", "region", "signing_zone"})


class Plain(NamedTuple):
    """A plain row: what `Expected` would say, in three words. `domain` is absolute."""

    domain: str
    tokens: tuple[str, ...]
    zone: str


def plain(fields: dict[str, Any], defaults: RowDefaults) -> Plain | None:
    """The row, if there is nothing unusual about it."""
    columns = _columns(tuple(fields))
    if columns is None:
        return None
    get = fields.get
    name, text = get(columns[0]), get(columns[1])
    if not isinstance(name, str) or not isinstance(text, str) or name.startswith("www."):
        return None
    found = _TOKENS.match(text)
    if found is None or not _NAME.match(name) or is_public_suffix(name):
        return None
    zone = _zone(get(columns[2]) or defaults.region, get(columns[3]) or defaults.signing_zone)
    tokens = found.groups()
    return Plain(name + ".", tokens, zone) if zone and len(set(tokens)) == 3 else None


@lru_cache(64)
def _columns(headers: tuple[str, ...]) -> tuple[str, str, str, str] | None:
    """The headers of domain, tokens, region and signing zone; None where other columns say more."""
    known: dict[str, str] = {}
    for header in headers:
        column = column_of(header)
        if column in known or (column and column not in READ):
            return None
        if column:
            known[column] = header
    if not {"domain", "tokens"} <= set(known):
        return None
    return known["domain"], known["tokens"], known.get("region", ""), known.get("signing_zone", "")


@lru_cache(256)
def _zone(region: object, signing_zone: object) -> str | None:
    if not isinstance(region, str | None) or not isinstance(signing_zone, str | None):
        return None
    try:
        return target_zone(known_region(region), signing_zone)[0]
    except UnpendError:
        return None


def subject(told: Plain | Expected, key: Any, *, behind: bool) -> Subject:
    """The row as a subject; ValueError where a name cannot be asked for."""
    if isinstance(told, Expected):
        return subject_of(with_mail_from(told), key, behind=behind)
    return dkim_subject(key, *told, behind=behind)


def with_mail_from(told: Expected) -> Expected:
    """The records of a MAIL FROM domain are looked up too: SES verifies it by itself, and gives it up by itself.

    What else is optional is left to those who ask for a diagnosis: the old ownership record of SES, or a tracking host,
    is missing in most domains, and its absence changes no verdict.
    """
    if all(record.required or record.purpose is not Purpose.MAIL_FROM for record in told.records):
        return told
    records = (replace(r, required=r.required or r.purpose is Purpose.MAIL_FROM) for r in told.records)
    return replace(told, records=tuple(records))


def right_line(line: int, told: Plain | Expected, lang: Lang) -> bytes:
    """The result of a row that is all right."""
    if isinstance(told, Expected):
        return encoded(of_right(line, told, lang))
    head, middle, tail = _right(lang)
    return b"%b%d%b%b%b" % (head, line, middle, told.domain.encode(), tail)


@lru_cache(2)
def _right(lang: Lang) -> tuple[bytes, bytes, bytes]:
    """Such a result around its line and its domain, which need no escaping."""
    whole = encoded(of_right(0, Expected("@", provider="ses"), lang))
    before, _, tail = whole.partition(b"@")
    head, _, middle = before.partition(b"0")
    return head, middle, tail

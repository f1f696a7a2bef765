"""unpend's own JSON or YAML: a list of records, or an object that also says whose they are."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from unpend.model.errors import ExpectationError
from unpend.model.expected import Expected, ExpectedRecord, Purpose
from unpend.model.text import Text
from unpend.sources.asked import Asked, Document
from unpend.sources.naming import owner_name, record_shape, record_type, record_value
from unpend.sources.provider_view import read_view
from unpend.sources.purposes import purpose_of
from unpend.sources.rows import another_domain, of_domain, refuse_several_aliases, ses_region, ses_threes, ses_zone
from unpend.sources.shapes import mapping, strings, word
from unpend.sources.signing_zones import known_region, target_zone
from unpend.sources.times import read_time
from unpend.sources.words import plain, short

JSON = "unpend-json"
YAML = "unpend-yaml"
SOURCE = JSON
KNOWN_AS = Text(
    en="unpend's own JSON or YAML (a list of records with purpose, name, type and values)",
    ja="unpend 独自の JSON または YAML（purpose、name、type、values を持つレコードのリスト）",
)
MOST_RECORDS = 2000
BAD_RECORD = Text(
    en="Record {number} of the file needs name, type and values.",
    ja="ファイルの {number} 番目のレコードには name、type、values が必要です。",
)
BAD_PURPOSE = Text(
    en="{purpose} is not a purpose that a record can have.", ja="{purpose} はレコードの用途として使えません。"
)
BAD_PURPOSE_HINT = Text(en="Known are {known}.", ja="使えるのは {known} です。")
TOO_MANY = Text(
    en="The file has {count} records; no more than {most} are read.",
    ja="ファイルに {count} 件のレコードがあります。読み取れるのは {most} 件までです。",
)
EXAMPLE = Text(
    en="For example, in YAML:\n- name: tok._domainkey.example.com\n  type: CNAME\n  values: [tok.dkim.amazonses.com]",
    ja="YAML の例:\n- name: tok._domainkey.example.com\n  type: CNAME\n  values: [tok.dkim.amazonses.com]",
)


def recognises(document: Document) -> bool:
    data = document.data
    if isinstance(data, list):
        return bool(data) and all("name" in mapping(item) and "type" in mapping(item) for item in data)
    return isinstance(mapping(data).get("records"), list)


def read(document: Document, asked: Asked) -> Expected:
    head = mapping(document.data)
    items = document.data if isinstance(document.data, list) else head["records"]
    _refuse_other(word(head.get("domain")), asked.domain)
    if len(items) > MOST_RECORDS:
        raise ExpectationError(TOO_MANY.fill(count=len(items), most=MOST_RECORDS))
    every = _sets([_record(item, number, asked.domain) for number, item in enumerate(items, 1)])
    records, notes = of_domain(every, asked.domain)
    notes = (*notes, *ses_threes(records))
    region = asked.region or known_region(word(head.get("region")) or None) or ses_region(records)
    stated = asked.signing_zone or word(head.get("signing_zone")) or ses_zone(records)
    zone = target_zone(region, stated)[0] if stated else None
    provider = word(head.get("provider")).lower() or ("ses" if ses_zone(records) else None)
    former = tuple(owner_name(name, asked.domain) for name in strings(head.get("former_names")))
    entered = read_time(head.get("entered_at"))
    source = JSON if document.text.lstrip()[:1] in ("{", "[") else YAML
    view = read_view(mapping(head.get("view")))
    return Expected(asked.domain, records, provider, region, zone, former, entered, view, source, notes)


def _refuse_other(named: str, domain: str) -> None:
    if named and owner_name(named.rstrip(".") + ".", domain) != domain:
        raise another_domain([named], domain)


def _record(item: Any, number: int, domain: str) -> ExpectedRecord:
    held = mapping(item)
    values = strings(held.get("values", held.get("value")))
    if not word(held.get("name")) or not word(held.get("type")) or not values:
        raise ExpectationError(BAD_RECORD.fill(number=number), EXAMPLE)
    type_ = record_type(word(held["type"]))
    name = owner_name(word(held["name"]), domain)
    known, verified = (_flag(held, each) for each in ("known", "verified"))
    reading = record_value if known else record_shape
    clean = tuple(dict.fromkeys(reading(type_, value, domain, name) for value in values))
    purpose = _purpose(word(held.get("purpose")).lower()) or purpose_of(name, type_, clean)
    required = _flag(held, "required")
    ttl = word(held.get("ttl"))
    seconds = int(ttl) if ttl.isascii() and ttl.isdigit() and len(ttl) < 10 else None
    return ExpectedRecord(purpose, name, type_, clean, required, seconds, known, verified)


def _flag(held: dict[str, Any], key: str) -> bool:
    return str(held.get(key, "true")).strip().lower() not in ("false", "no", "0", "off")


def _purpose(text: str) -> Purpose | None:
    if not text:
        return None
    try:
        return Purpose(text.replace("_", "-"))
    except ValueError:
        hint = BAD_PURPOSE_HINT.fill(known=[plain(p) for p in Purpose])
        raise ExpectationError(BAD_PURPOSE.fill(purpose=short(text)), hint) from None


def _sets(records: list[ExpectedRecord]) -> tuple[ExpectedRecord, ...]:
    """Records of one name and type in several items are one set."""
    sets: dict[tuple[str, str], ExpectedRecord] = {}
    for record in records:
        first = sets.setdefault((record.name, record.type), record)
        values = tuple(dict.fromkeys((*first.values, *record.values)))
        refuse_several_aliases(record.name, record.type, values)
        sets[record.name, record.type] = replace(first, values=values, required=first.required or record.required)
    return tuple(sets.values())

"""Zone files of octoDNS's YamlProvider: names relative to the zone, which the file's own name tells, not its content.

unpend's rendering names it in a comment, `# example.com.yaml`; several zones are several YAML documents.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from unpend.model.expected import Expected
from unpend.model.text import Text
from unpend.sources.asked import Asked, Document
from unpend.sources.naming import TYPES
from unpend.sources.rows import Row
from unpend.sources.shapes import mapping, word
from unpend.sources.tool_rows import expected_of, in_zone, row, zone_meant

SOURCE = "octodns-yaml"
KNOWN_AS = Text(en="a zone file of octoDNS (YAML)", ja="octoDNS のゾーンファイル（YAML）")
_ZONE = re.compile(r"^#\s*([a-z0-9._-]{1,250}\.)yaml\s*$", re.IGNORECASE | re.MULTILINE)
ASSUMED = Text(
    en="The file does not name its zone; its names were taken as relative to {zone}.",
    ja="ファイルにゾーン名がないため、名前は {zone} からの相対とみなしました。",
)


def recognises(document: Document) -> bool:
    held = [each for each in _documents(document) if each]
    return document.text.lstrip()[:1] not in ("{", "[") and bool(held) and all(map(_is_zone, held))


def _documents(document: Document) -> tuple[Any, ...]:
    return document.data if isinstance(document.data, tuple) else (document.data,)


def _is_zone(data: Any) -> bool:
    """Whether every entry is a record set, or a list of them, with a type and one or more values."""
    held = mapping(data)
    sets = [mapping(each) for entry in held.values() for each in _listed(entry)]
    return bool(sets) and all("type" in each and "name" not in each for each in sets)


def _listed(entry: Any) -> list[Any]:
    return entry if isinstance(entry, list) else [entry]


def read(document: Document, asked: Asked) -> Expected:
    documents = _documents(document)
    named = [zone.lower() for zone in _ZONE.findall(document.text)]
    said: list[Text] = []
    rows: list[Row] = []
    for number, data in enumerate(documents):
        zone = named[number] if len(named) == len(documents) else zone_meant(mapping(data), asked)
        if len(named) != len(documents):
            said.append(ASSUMED.fill(zone=zone))
        rows += _rows(mapping(data), zone, asked)
    return expected_of(rows, asked, SOURCE, said)


def _rows(held: dict[str, Any], zone: str, asked: Asked) -> Iterator[Row]:
    for host, entry in held.items():
        for each in map(mapping, _listed(entry)):
            values = each["values"] if isinstance(each.get("values"), list) else [each.get("value")]
            if word(each.get("type")).upper() in TYPES:
                texts = (text for value in values if (text := _value(value)))
                yield from (row(in_zone(host, zone), word(each["type"]), t, asked, each.get("ttl")) for t in texts)


def _value(value: Any) -> str:
    """A value; octoDNS escapes the semicolons of a text, and holds the parts of an MX by name."""
    held = mapping(value)
    if held:
        exchange = word(held.get("exchange", held.get("value")))
        return f"{word(held.get('preference', held.get('priority')))} {exchange}" if exchange else ""
    return word(value).replace("\\;", ";")

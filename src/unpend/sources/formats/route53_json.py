"""Route 53's JSON: a change batch (one document a zone), or `aws route53 list-resource-record-sets`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from unpend.model.expected import Expected
from unpend.model.text import Text
from unpend.sources.asked import Asked, Document
from unpend.sources.naming import TYPES
from unpend.sources.rows import Row
from unpend.sources.shapes import mapping, word
from unpend.sources.tool_rows import expected_of, row

SOURCE = "route53-json"
KNOWN_AS = Text(
    en="a change batch of Route 53, or the output of `aws route53 list-resource-record-sets` (JSON)",
    ja="Route 53 の change batch、または `aws route53 list-resource-record-sets` の出力（JSON）",
)


def recognises(document: Document) -> bool:
    return any(True for _ in _sets(document.data))


def _sets(data: Any) -> Iterator[dict[str, Any]]:
    """The record sets that are to stand: what a batch deletes is not wanted."""
    for held in map(mapping, data if isinstance(data, tuple) else (data,)):
        batch = mapping(held.get("ChangeBatch")) or held
        for change in _listed(batch.get("Changes")):
            if word(change.get("Action")).upper() in {"UPSERT", "CREATE"}:
                yield mapping(change.get("ResourceRecordSet"))
        yield from _listed(held.get("ResourceRecordSets"))


def _listed(value: Any) -> list[dict[str, Any]]:
    return [mapping(each) for each in value] if isinstance(value, list) else []


def read(document: Document, asked: Asked) -> Expected:
    return expected_of(_rows(document.data, asked), asked, SOURCE)


def _rows(data: Any, asked: Asked) -> Iterator[Row]:
    for held in _sets(data):
        name, type_ = word(held.get("Name")).replace("\\052", "*"), word(held.get("Type"))
        values = (word(each.get("Value")) for each in _listed(held.get("ResourceRecords")))
        if name and type_.upper() in TYPES:
            yield from (row(name, type_, value, asked, held.get("TTL")) for value in values if value)

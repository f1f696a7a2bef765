"""What unpend itself printed: a report or a plan (JSON). The report knows every wanted record, the plan those that it changes."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from unpend.model.expected import Expected
from unpend.model.text import Text
from unpend.sources.asked import Asked, Document
from unpend.sources.formats import own_records
from unpend.sources.shapes import mapping, word

SOURCE = "unpend-report"
PLAN = "unpend-plan"
KNOWN_AS = Text(
    en="a report or a plan of unpend (`--format json`, `fix --out`)",
    ja="unpend の報告または計画（`--format json`、`fix --out`）",
)
_REPORT, _PLAN = "unpend.report/", "unpend.plan/"


def recognises(document: Document) -> bool:
    return word(mapping(document.data).get("schema")).startswith((_REPORT, _PLAN))


def read(document: Document, asked: Asked) -> Expected:
    held = mapping(document.data)
    report = word(held.get("schema")).startswith(_REPORT)
    records = _of_report(held) if report else _of_plan(held)
    said = mapping(held.get("provider"))
    head = {"domain": held.get("domain"), "provider": said.get("id"), "region": said.get("region"), "records": records}
    return replace(own_records.read(Document(document.text, head), asked), source=SOURCE if report else PLAN)


def _of_report(held: dict[str, Any]) -> list[dict[str, Any]]:
    return [{**each, "values": each.get("expected")} for each in _listed(held.get("records"))]


def _of_plan(held: dict[str, Any]) -> list[dict[str, Any]]:
    """The sets as they are after the plan; what it deletes is not wanted."""
    changes = _listed(mapping(held.get("plan")).get("changes"))
    return [each for each in changes if each.get("where") == "dns" and each.get("op") in {"create", "replace"}]


def _listed(value: Any) -> list[dict[str, Any]]:
    return [mapping(each) for each in value] if isinstance(value, list) else []

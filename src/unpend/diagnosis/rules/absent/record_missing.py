"""A wanted record is not there: every authoritative server that answered says so."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from unpend.diagnosis.case import Case
from unpend.diagnosis.rule import Rule
from unpend.model.finding import Finding, Severity
from unpend.model.text import Text

TITLE = Text(en="The record is not published", ja="レコードが登録されていません")
SAYS = Text(
    en="No {type} record exists at {name}: all {count} authoritative servers that answered say so.",
    ja="{name} に {type} レコードがありません。応答した権威サーバー {count} 台すべてがそう答えています。",
)
NOT_AMONG_THEM = Text(
    en="{name} has {type} records, but none of the kind that the provider wants ({expected}).",
    ja="{name} に {type} レコードはありますが、事業者が求める種類のもの（{expected}）がありません。",
)


def finds(case: Case) -> Iterator[Finding]:
    for record in case.records:
        if case.missing(record):
            heard = case.heard(record.name, record.type)
            severity = Severity.ERROR if record.required else Severity.WARNING
            told: dict[str, Any] = {"type": record.type, "count": len(heard), "expected": record.values}
            says = NOT_AMONG_THEM if case.found(record) else SAYS
            yield rule.finding(record.name, says, heard, severity=severity, **told)


rule = Rule("record-missing", "absent", TITLE, finds)

"""The name is right, the type is not: the target as a TXT, an A record, a redirect, or the key instead of the CNAME."""

from __future__ import annotations

from collections.abc import Iterator

from unpend.diagnosis.case import Case
from unpend.diagnosis.other_types import asks_for_types, standing
from unpend.diagnosis.rule import Rule
from unpend.model.finding import Finding, Severity
from unpend.model.text import Text

TITLE = Text(en="The record has the wrong type", ja="レコードの種別が違います")
SAYS = Text(
    en="At {name} stands a {found_type} record ({found}), but the provider looks for a {type} record.",
    ja="{name} には {found_type} レコード（{found}）がありますが、事業者が探しているのは {type} レコードです。",
)


def finds(case: Case) -> Iterator[Finding]:
    for record, others, heard in standing(case):
        if others:
            severity = Severity.ERROR if record.required else Severity.WARNING
            types = tuple(sorted({r.type for r in others}))
            values = tuple(sorted({r.text for r in others}))
            yield rule.finding(
                record.name, SAYS, heard, severity=severity, found_type=types, found=values, type=record.type
            )


rule = Rule("wrong-type", "wrong-type", TITLE, finds, asks_for_types, explains=("record-missing", "stale-names"))

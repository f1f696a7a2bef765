"""A wildcard answers for the wanted name, with something else: the record itself was never created."""

from __future__ import annotations

from collections.abc import Iterator

from unpend.diagnosis.case import Case
from unpend.diagnosis.rule import Rule
from unpend.diagnosis.wildcards import asks_beside, masking, revoked
from unpend.model.finding import Finding, Severity
from unpend.model.text import Text

TITLE = Text(en="A wildcard answers in place of the record", ja="ワイルドカードが代わりに応答しています")
SAYS = Text(
    en="At {name} nobody created a record: a wildcard answers there ({found}), as it does for any other name. Create the record; the "
    "wildcard may stay.",
    ja="{name} にレコードは作成されていません。ほかの名前と同じように、ワイルドカード（{found}）が代わりに応答しています。レコードを作成してください。"
    "ワイルドカードは残して構いません。",
)


def finds(case: Case) -> Iterator[Finding]:
    for record in case.records:
        beside = masking(case, record)
        if beside and not revoked(beside):
            found = tuple(sorted({f"{r.type} {r.text}" for e in beside for r in e.answer}))
            heard = (*beside, *case.heard(record.name, record.type))
            severity = Severity.ERROR if record.required else Severity.WARNING
            yield rule.finding(record.name, SAYS, heard, severity=severity, found=found)


EXPLAINS = (
    "record-missing",
    "wrong-target",
    "wrong-type",
    "proxied-cname",
    "flattened-cname",
    "other-provider-target",
    "stale-names",
)
rule = Rule("wildcard-masks", "conflict", TITLE, finds, asks_beside, explains=EXPLAINS)

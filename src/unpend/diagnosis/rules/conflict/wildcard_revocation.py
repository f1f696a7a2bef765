"""A wildcard says for every selector that its key is revoked (`*._domainkey TXT "v=DKIM1; p="`), also for the wanted one."""

from __future__ import annotations

from collections.abc import Iterator

from unpend.diagnosis.case import Case
from unpend.diagnosis.rule import Rule
from unpend.diagnosis.wildcards import asks_beside, masking, revoked
from unpend.model.finding import Finding, Severity
from unpend.model.text import Text

TITLE = Text(en="A wildcard revokes every selector", ja="ワイルドカードが全セレクターの鍵を失効扱いにしています")
SAYS = Text(
    en="At {name} nobody created a record: a wildcard answers there with an empty key ({found}), which protects unused selectors. Create "
    "the record; it wins over the wildcard, which may stay.",
    ja="{name} にレコードは作成されておらず、未使用セレクターを守るためのワイルドカードが空の鍵（{found}）を返しています。レコードを作成すれば"
    "ワイルドカードより優先されるため、ワイルドカードは残して構いません。",
)


def finds(case: Case) -> Iterator[Finding]:
    for record in case.records:
        beside = masking(case, record)
        if beside and revoked(beside):
            found = tuple(sorted({r.text for e in beside for r in e.answer}))
            heard = (*beside, *case.heard(record.name, record.type))
            severity = Severity.ERROR if record.required else Severity.WARNING
            yield rule.finding(record.name, SAYS, heard, severity=severity, found=found)


EXPLAINS = ("record-missing", "wrong-type", "wrong-target", "stale-names", "wildcard-masks", "flattened-cname")
rule = Rule("wildcard-revocation", "conflict", TITLE, finds, asks_beside, explains=EXPLAINS)

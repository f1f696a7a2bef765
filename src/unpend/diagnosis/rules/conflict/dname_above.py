"""A DNAME above the record redirects the whole sub-tree: nothing can be created below it."""

from __future__ import annotations

from collections.abc import Iterator

from unpend.diagnosis.case import Case
from unpend.diagnosis.rule import Rule
from unpend.model.finding import Finding, Severity
from unpend.model.plan import Remove
from unpend.model.text import Text

TITLE = Text(en="A DNAME above redirects the name", ja="上位の DNAME が名前を転送しています")
SAYS = Text(
    en="A DNAME at {owner} sends everything below it to {target}, {name} too. Records below a DNAME cannot exist: remove it, or publish "
    "the record at its target.",
    ja="{owner} の DNAME が、{name} を含む配下のすべてを {target} に転送しています。DNAME の配下にはレコードを置けないため、DNAME を削除するか、転送先に登録"
    "してください。",
)


def finds(case: Case) -> Iterator[Finding]:
    for record in case.records:
        heard = [e for e in case.heard(record.name, record.type) if any(r.type == "DNAME" for r in e.answer)]
        if not heard or case.right(record):
            continue
        dname = next(r for e in heard for r in e.answer if r.type == "DNAME")
        gone = Remove(case.zone_of(record.name), dname.name, "DNAME", (dname.value,))
        severity = Severity.ERROR if record.required else Severity.WARNING
        yield rule.finding(
            record.name, SAYS, heard, severity=severity, fix=[gone], owner=dname.name, target=dname.value
        )


EXPLAINS = (
    *("record-missing", "stale-names", "wrong-type", "wrong-target", "multiple-cnames", "other-provider-target"),
    *("name-as-target", "placeholder-in-value", "doubled-target", "garbage-in-value", "wrong-region-target"),
)
rule = Rule("dname-above", "conflict", TITLE, finds, explains=EXPLAINS)

"""Two or more DMARC records at one name: receivers then take none (RFC 9989 section 4.10)."""

from __future__ import annotations

from collections.abc import Iterator

from unpend.diagnosis.case import Case
from unpend.diagnosis.dmarc_view import dmarc_views
from unpend.diagnosis.policy import OTHER_VALUE, dmarc_wanted, severity_of
from unpend.diagnosis.rule import Rule
from unpend.model.finding import Finding, Severity
from unpend.model.text import Text
from unpend.standards.dmarc import dmarc_records

TITLE = Text(en="Several DMARC records at one name", ja="同じ名前に DMARC レコードが複数あります")
SAYS = Text(
    en="At {name} stand {count} DMARC records, and receivers then take none of them: {found}. Keep one.",
    ja="{name} に DMARC レコードが {count} 件あり、受信側はどれも使いません: {found}。1 件だけ残してください。",
)


def finds(case: Case) -> Iterator[Finding]:
    wanted = dmarc_wanted(case)
    for view in dmarc_views(case):
        heard = [e for e, texts in view.heard.sets if len(dmarc_records(texts)) > 1]
        if heard:
            ours = wanted is not None and wanted.name == view.name
            severity = severity_of(case, wanted) if ours else Severity.WARNING
            found = dmarc_records(view.heard.texts)
            yield rule.finding(view.name, SAYS, heard, severity=severity, count=len(found), found=found)


rule = Rule("dmarc-multiple", "policy", TITLE, finds, explains=OTHER_VALUE, reaches_below=False)

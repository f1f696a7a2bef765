"""Two or more TXT records at a DKIM selector: which one a verifier takes is undefined (RFC 6376 section 3.6.2.2)."""

from __future__ import annotations

from collections.abc import Iterator

from unpend.diagnosis.case import Case
from unpend.diagnosis.rule import Rule
from unpend.model.expected import Purpose
from unpend.model.finding import Finding, Severity
from unpend.model.text import Text

TITLE = Text(en="Several TXT records at one selector", ja="同じセレクターに複数の TXT があります")
SAYS = Text(
    en="At {name} stand {count} TXT records. A selector has exactly one: keep the wanted one and delete the others.",
    ja="{name} に TXT レコードが {count} 件あります。セレクターには 1 件しか置けません。求められているものだけを残し、ほかは削除してください。",
)


def finds(case: Case) -> Iterator[Finding]:
    for record in case.records:
        if record.type != "TXT" or record.purpose is not Purpose.DKIM:
            continue
        heard = [e for e in case.heard(record.name, "TXT") if len(e.records("TXT")) > 1]
        if heard:
            severity = Severity.ERROR if record.required else Severity.WARNING
            found = tuple(sorted({v for e in heard for v in e.values("TXT")}))
            yield rule.finding(record.name, SAYS, heard, severity=severity, count=len(found), found=found)


EXPLAINS = ("wrong-target", "garbage-in-value", "placeholder-in-value", "other-provider-target")
rule = Rule("multiple-txt-at-selector", "conflict", TITLE, finds, explains=EXPLAINS)

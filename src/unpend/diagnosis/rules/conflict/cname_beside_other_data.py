"""A CNAME and other records stand at one name: some servers refuse the zone, others answer by the type that is asked."""

from __future__ import annotations

from collections.abc import Iterator

from unpend.diagnosis.ask import Ask, every
from unpend.diagnosis.case import Case
from unpend.diagnosis.rule import Rule
from unpend.model.expected import ExpectedRecord
from unpend.model.finding import Finding, Severity
from unpend.model.plan import Remove
from unpend.model.records import Exchange
from unpend.model.text import Text

TITLE = Text(en="Other records stand beside the CNAME", ja="CNAME と同じ名前にほかのレコードがあります")
SAYS = Text(
    en="At {name} a CNAME and {types} records stand together ({found}). A CNAME has to be alone: what a resolver sees depends on what it "
    "asks first.",
    ja="{name} に CNAME と {types} レコード（{found}）が同居しています。CNAME は単独でなければならず、問い合わせの順序によって見える内容が変わります。",
)
TYPES = ("TXT", "A", "MX")


def odd(case: Case, record: ExpectedRecord) -> tuple[Exchange, ...]:
    """Answers about another type, at a name with a CNAME, that show that type instead of the CNAME (RFC 1034 section 3.6.2)."""
    if record.type != "CNAME" or not any(e.records("CNAME") for e in case.heard(record.name, "CNAME")):
        return ()
    heard = [e for type_ in TYPES for e in case.heard(record.name, type_)]
    return tuple(e for e in heard if e.records(e.question.type) or not e.records("CNAME"))


def asks(case: Case) -> Iterator[Ask]:
    for record in case.records:
        if odd(case, record):
            yield from (every(record.name, type_, case.zone_of(record.name)) for type_ in TYPES)


def finds(case: Case) -> Iterator[Finding]:
    for record in case.records:
        shown = [e for e in odd(case, record) if e.records(e.question.type)]
        if not shown:
            continue
        found = {(r.type, r.text) for e in shown for r in e.records(e.question.type)}
        gone = [Remove(case.zone_of(record.name), record.name, type_) for type_ in sorted({t for t, _ in found})]
        severity = Severity.ERROR if record.required else Severity.WARNING
        types, values = tuple(sorted({t for t, _ in found})), tuple(sorted(v for _, v in found))
        heard = (*shown, *case.heard(record.name, "CNAME"))
        yield rule.finding(record.name, SAYS, heard, severity=severity, fix=gone, types=types, found=values)


rule = Rule("cname-beside-other-data", "conflict", TITLE, finds, asks, explains=("answers-differ-by-place",))

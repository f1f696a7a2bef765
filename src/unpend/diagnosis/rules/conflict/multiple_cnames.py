"""Two or more CNAMEs at one name: the old one was left beside the new one."""

from __future__ import annotations

from collections.abc import Iterator

from unpend.diagnosis.case import Case
from unpend.diagnosis.rule import Rule
from unpend.model.expected import ExpectedRecord
from unpend.model.finding import Finding, Severity
from unpend.model.records import Exchange
from unpend.model.text import Text

TITLE = Text(en="Several CNAMEs at one name", ja="同じ名前に複数の CNAME があります")
SAYS = Text(
    en="At {name} stand {count} CNAMEs ({found}). Only one is allowed: keep {expected}.",
    ja="{name} に CNAME が {count} 件あります（{found}）。許されるのは 1 件だけです。{expected} だけを残してください。",
)


def several(case: Case, record: ExpectedRecord) -> tuple[str, ...]:
    """The values, where one server gives several, or every server of one zone version gives another one each time."""
    if record.type != "CNAME":
        return ()
    values = {v for e in rotating(case, record) for v in e.values("CNAME")}
    return tuple(sorted(values)) if len(values) > 1 else ()


def rotating(case: Case, record: ExpectedRecord) -> tuple[Exchange, ...]:
    """The answers of one server that disagree with each other, or hold several CNAMEs at once (RFC 2181 section 10.1)."""
    heard = [e for e in case.exchanges(record.name, "CNAME", zone=case.zone_of(record.name)) if case.speaks(e)]
    by_server = [[e for e in heard if e.server == server] for server in dict.fromkeys(e.server for e in heard)]
    return tuple(e for own in by_server if len({v for e in own for v in e.values("CNAME")}) > 1 for e in own)


def finds(case: Case) -> Iterator[Finding]:
    for record in case.records:
        if values := several(case, record):
            severity = Severity.ERROR if record.required else Severity.WARNING
            yield rule.finding(
                record.name,
                SAYS,
                rotating(case, record),
                severity=severity,
                found=values,
                count=len(values),
                expected=record.values[0],
            )


EXPLAINS = (
    "wrong-target",
    "other-provider-target",
    "swapped-targets",
    "wrong-region-target",
    "doubled-target",
    "garbage-in-value",
)
rule = Rule("multiple-cnames", "conflict", TITLE, finds, explains=(*EXPLAINS, "placeholder-in-value", "name-as-target"))

"""Right at every authoritative server, but a resolver still holds the earlier value."""

from __future__ import annotations

from collections.abc import Iterator

from unpend.diagnosis.case import Case
from unpend.diagnosis.compare import Sight, sight_of
from unpend.diagnosis.rule import Rule
from unpend.model.expected import ExpectedRecord
from unpend.model.finding import Finding, Severity
from unpend.model.plan import Wait
from unpend.model.records import Exchange
from unpend.model.text import Text

TITLE = Text(en="Resolvers still hold the earlier value", ja="リゾルバーが以前の値を覚えています")
SAYS = Text(
    en="{name} is right at every name server, but {resolvers} still hold the earlier value ({found}), for {seconds} seconds more.",
    ja="{name} はすべてのネームサーバーで正しくなっていますが、{resolvers} がまだ以前の値（{found}）を覚えています（残り {seconds} 秒）。",
)


def holding(case: Case, record: ExpectedRecord) -> tuple[Exchange, ...]:
    """Resolvers that show another value than every authoritative server does."""
    if not case.right(record):
        return ()
    heard = case.at_resolvers(record.name, record.type)
    return tuple(e for e in heard if e.records(record.type) and not e.aa and sight_of(record, e) is Sight.WRONG)


def finds(case: Case) -> Iterator[Finding]:
    for record in case.records:
        heard = holding(case, record)
        ends = [end for e in heard if (end := case.fresh_until(e)) is not None]
        if ends:
            until = max(ends)
            yield rule.finding(
                record.name,
                SAYS,
                (*heard, *case.heard(record.name, record.type)),
                severity=Severity.WARNING,
                fix=[Wait(until)],
                keeps_waiting=True,
                resolvers=tuple(sorted({e.server.name for e in heard})),
                found=tuple(sorted({v for e in heard for v in e.values(record.type)})),
                seconds=max(0, round(until - case.now)),
            )


rule = Rule("old-value-cached", "propagation", TITLE, finds)

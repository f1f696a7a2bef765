"""Right at every authoritative server, but a resolver still remembers that the name did not exist."""

from __future__ import annotations

from collections.abc import Iterator

from unpend.diagnosis.case import Case
from unpend.diagnosis.rule import Rule
from unpend.model.expected import ExpectedRecord
from unpend.model.finding import Finding, Severity
from unpend.model.plan import Wait
from unpend.model.records import Exchange, Outcome
from unpend.model.text import Text

TITLE = Text(en="Resolvers still remember that it was missing", ja="リゾルバーが「存在しない」と覚えています")
SAYS = Text(
    en="{name} is right at every name server, but {resolvers} still remember that it did not exist, for {seconds} seconds more. Whoever "
    "asked before the record was there sees the same; nothing shortens it.",
    ja="{name} はすべてのネームサーバーで正しく登録されていますが、{resolvers} がまだ「存在しない」と覚えています（残り {seconds} 秒）。登録前に問い合わせた"
    "相手には同じことが起きており、短縮する方法はありません。",
)


def remembering(case: Case, record: ExpectedRecord) -> tuple[Exchange, ...]:
    """Resolvers that deny a record which every authoritative server holds."""
    if not case.right(record):
        return ()
    heard = case.at_resolvers(record.name, record.type)
    denied = {Outcome.NXDOMAIN, Outcome.NODATA}
    return tuple(e for e in heard if e.outcome in denied and not e.aa and case.ttl(e) is not None)


def finds(case: Case) -> Iterator[Finding]:
    for record in case.records:
        heard = remembering(case, record)
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
                seconds=max(0, round(until - case.now)),
            )


rule = Rule("negative-cached", "propagation", TITLE, finds)

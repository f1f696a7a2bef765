"""The domain moved to another DNS host: the registry already names the new one, resolvers still remember the old one.

Told from a remembered absence (`negative-cached`) by the primary that the resolver's answer names: the old host's.
"""

from __future__ import annotations

from collections.abc import Iterator

from unpend.diagnosis.ask import Ask, Whom
from unpend.diagnosis.case import Case
from unpend.diagnosis.compare import Sight, sight_of
from unpend.diagnosis.operators import published_nameservers
from unpend.diagnosis.rule import Rule
from unpend.diagnosis.soa import soa_primary
from unpend.model.expected import ExpectedRecord
from unpend.model.finding import Finding, Severity
from unpend.model.observation import ZoneCut
from unpend.model.plan import Wait
from unpend.model.records import Exchange, Question, Server
from unpend.model.text import Text

TITLE = Text(
    en="Resolvers still ask the previous DNS host", ja="リゾルバーがまだ以前の DNS サービスに問い合わせています"
)
SAYS = Text(
    en="{zone} moved to another DNS host. Its new servers hold {name}, but {resolvers} still ask the old host "
    "({old}) and do not find it there. That ends by itself when the old delegation is forgotten.",
    ja="{zone} は別の DNS サービスに移されました。新しいサーバーは {name} を正しく持っていますが、{resolvers} はまだ"
    "移転前のサーバー（{old}）に問い合わせており、見つけられません。古い委任情報の保持時間が過ぎれば自然に解消しま"
    "す。",
)


def lacking(case: Case, record: ExpectedRecord) -> list[Exchange]:
    """The resolvers that do not see what every authoritative server holds."""
    if not case.right(record):
        return []
    seen = case.at_resolvers(record.name, record.type)
    return [e for e in seen if e.outcome.conclusive and sight_of(record, e) is not Sight.RIGHT]


def asks(case: Case) -> Iterator[Ask]:
    for record in case.records:
        if lacking(case, record):
            zone = case.zone_of(record.name)
            yield Ask(Question(zone, "NS"), Whom.RESOLVERS)
            yield Ask(Question(zone, "SOA"), Whom.RESOLVERS)


def finds(case: Case) -> Iterator[Finding]:
    for record in case.records:
        cut = case.cut_of(record.name)
        old = {e: old_host(case, cut, e) for e in lacking(case, record)} if cut else {}
        behind = [e for e, hosts in old.items() if hosts]
        if cut and behind:
            yield found(case, cut, record, behind, tuple(sorted({h for e in behind for h in old[e]})))


def old_host(case: Case, cut: ZoneCut, exchange: Exchange) -> tuple[str, ...]:
    """The servers or the primary that this resolver believes in and nobody names any more; () if it is up to date."""
    believed = {v for e in of_resolver(case, exchange.server, cut.zone, "NS") for v in e.values("NS")}
    current = {ns.name for ns in cut.nameservers} | set(published_nameservers(case, cut))
    if believed and not believed & current:
        return tuple(sorted(believed))
    soas = [e.soa for e in (exchange, *of_resolver(case, exchange.server, cut.zone, "SOA"))]
    named = {soa_primary(soa) for soa in soas if soa is not None and soa.name == cut.zone}
    known = {soa_primary(soa) for s in case.servers(cut.zone) if (soa := case.soa(s))}
    return tuple(sorted(named)) if known and named and not named & known and not believed else ()


def of_resolver(case: Case, server: Server, name: str, type_: str) -> list[Exchange]:
    return [e for e in case.at_resolvers(name, type_) if e.server == server]


def found(case: Case, cut: ZoneCut, record: ExpectedRecord, behind: list[Exchange], old: tuple[str, ...]) -> Finding:
    told = [e for b in behind for e in of_resolver(case, b.server, cut.zone, "NS") if e.values("NS")]
    ends = [e.asked_at + min(r.ttl for r in e.records("NS")) for e in told]
    until = max(ends, default=case.now + cut.ns_ttl)
    resolvers = tuple(sorted({e.server.name for e in behind}))
    return rule.finding(
        record.name,
        SAYS,
        [*behind, *told, *case.heard(record.name, record.type)],
        severity=Severity.WARNING,
        fix=[Wait(until)],
        keeps_waiting=True,
        zone=cut.zone,
        resolvers=resolvers,
        old=old,
    )


EXPLAINS = ("negative-cached", "old-value-cached", "answers-differ-by-place", "ttl-too-high")
rule = Rule("delegation-pending", "delegation", TITLE, finds, asks, explains=EXPLAINS)

"""Who can be reached from where: what silence means depends on who else is silent."""

from __future__ import annotations

from unpend.diagnosis.ask import Ask, Whom
from unpend.diagnosis.case import Case
from unpend.diagnosis.dnssec_status import refused_by_validators
from unpend.model.names import is_under, under
from unpend.model.records import Exchange, Outcome, Question, Role, Server

SILENT = frozenset({Outcome.TIMEOUT, Outcome.UNREACHABLE})
FAILING = frozenset({Outcome.SERVFAIL, Outcome.TIMEOUT})
# TTLs that people and panels choose: a cached answer counts down and shows one of them only by chance.
CHOSEN_TTLS = frozenset({30, 60, 120, 180, 300, 600, 900, 1200, 1800, 3600, 7200, 10800, 14400, 21600, 43200, 86400})


def answered(exchange: Exchange) -> bool:
    """Whether anything came back at all."""
    return exchange.outcome not in SILENT


def port_53_works(case: Case, ipv6: bool = False) -> bool:
    """Whether any server that is not a resolver ever answered us over this IP version."""
    return any(
        answered(e)
        for e in case.observation.exchanges
        if e.server.role is not Role.RESOLVER and (":" in e.server.address) is ipv6
    )


def dead_addresses(case: Case, zone: str) -> tuple[Server, ...]:
    """The servers of a zone that never answered anything; IPv6 only where our own IPv6 is known to work."""
    return tuple(
        server
        for server in case.servers(zone)
        if not any(answered(e) for e in case.with_server(server))
        and (":" not in server.address or port_53_works(case, ipv6=True))
    )


def dead_nameservers(case: Case, zone: str) -> tuple[str, ...]:
    """The name servers none of whose addresses answered, at least one having been asked where we can send to."""
    live = {s.name for s in case.servers(zone) if any(answered(e) for e in case.with_server(s))}
    return tuple(sorted({s.name for s in dead_addresses(case, zone)} - live))


def uncached(case: Case, zone: str) -> Question:
    """A question that no cache can answer: the resolver has to go to the zone's servers now."""
    return Question(under(case.sibling_label, zone), "A")


def ask_through_resolvers(case: Case, zone: str) -> Ask:
    """Let the resolvers try to reach the zone's servers."""
    return Ask(uncached(case, zone), Whom.RESOLVERS)


def reached_by_resolvers(case: Case, zone: str) -> tuple[Exchange, ...]:
    """The resolvers' answers that prove that they reach the zone's servers while we do not."""
    question = uncached(case, zone)
    return tuple(e for e in case.at_resolvers(question.name, question.type) if _from_zone(e, zone))


def _from_zone(exchange: Exchange, zone: str) -> bool:
    if not exchange.outcome.conclusive:
        return False
    soa = exchange.soa
    return bool(exchange.answer) or (soa is not None and is_under(soa.name, zone))


def failing_at_resolvers(case: Case, zone: str) -> tuple[Exchange, ...]:
    """The resolvers' failures for wanted records that not one resolver could answer, DNSSEC's left out."""
    failures: list[Exchange] = []
    if refused_by_validators(case, zone):
        return ()
    for record in case.records:
        if is_under(record.name, zone):
            seen = case.at_resolvers(record.name, record.type)
            if seen and all(e.outcome in FAILING for e in seen):
                failures.extend(seen)
    return tuple(failures)


def in_earnest(exchange: Exchange) -> bool:
    """Whether the question was really sent: a note on a silence says that it was saved."""
    return not (exchange.outcome is Outcome.TIMEOUT and exchange.note)


def is_fresh(exchange: Exchange) -> bool:
    """Whether a resolver seems to have fetched this answer just now: its TTL has not begun to count down."""
    ttl = min(r.ttl for r in exchange.answer)
    return ttl in CHOSEN_TTLS or ttl + 1 in CHOSEN_TTLS

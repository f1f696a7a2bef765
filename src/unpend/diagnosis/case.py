"""The only view that a rule has: what was heard, read in the words of the field.

Only floor 0 stands below. "Heard" is what the delegated authoritative servers of the zone that holds a name said, one
exchange a server. Add a word here rather than a parameter in a rule.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Hashable
from dataclasses import replace
from functools import cached_property
from typing import Any, TypeVar, cast

from unpend.diagnosis.compare import Sight, copied, sight_of
from unpend.diagnosis.remembered import remembered
from unpend.model.expected import Expected, ExpectedRecord
from unpend.model.names import is_under, labels, parent, under
from unpend.model.observation import Observation, ZoneCut
from unpend.model.records import Exchange, Outcome, Record, Role, Server, Via

T = TypeVar("T")


class Case:
    """What was heard, against what ought to be published. `now` is the end of the observation."""

    def __init__(self, expected: Expected, observation: Observation) -> None:
        self.expected = expected
        self.observation = observation
        self.domain = observation.domain
        self.now = observation.ended_at
        self._recalled: dict[Hashable, Any] = {}

    def recall(self, key: Hashable, work: Callable[[], T]) -> T:
        """What a rule works out for its wishes as well as for its findings, worked out once."""
        if key not in self._recalled:
            self._recalled[key] = work()
        return cast("T", self._recalled[key])

    def answered(self, name: str, type_: str) -> bool:
        """Whether anybody was asked this at all, and it is worth reading what was said."""
        return (name, type_) in self._by_question

    # --- the zone -----------------------------------------------------------------------------------------------

    @cached_property
    def cut(self) -> ZoneCut | None:
        """The zone that holds the domain, if the walk came as far as a zone of its own or of an ancestor's owner."""
        return self.cut_of(self.domain)

    @property
    def zone(self) -> str:
        """The apex of the zone that holds the domain; "" if the walk did not get beyond the registry."""
        return self.cut.zone if self.cut else ""

    @remembered
    def cut_of(self, name: str) -> ZoneCut | None:
        """The deepest zone known to hold the name, the registry's own zones (root, TLD) left out."""
        holding = [cut for cut in self.zones if is_under(name, cut.zone)]
        return max(holding, key=lambda cut: len(labels(cut.zone)), default=None)

    @remembered
    def zone_of(self, name: str) -> str:
        """The apex of the zone that holds the name, or ""."""
        cut = self.cut_of(name)
        return cut.zone if cut else ""

    @cached_property
    def zones(self) -> tuple[ZoneCut, ...]:
        """Every zone at, above (below the registry) or below the domain that was found, the highest first."""
        return tuple(cut for cut in self.observation.cuts if cut.asked)

    @property
    def registrable(self) -> str:
        """The domain that the registry delegates, at or above the domain."""
        return self.observation.registrable or self.domain

    @cached_property
    def records(self) -> tuple[ExpectedRecord, ...]:
        """What ought to be published, the required records first."""
        return tuple(sorted(self.expected.records, key=lambda r: not r.required))

    # --- exchanges ----------------------------------------------------------------------------------------------

    @cached_property
    def _by_question(self) -> dict[tuple[str, str], tuple[Exchange, ...]]:
        grouped: dict[tuple[str, str], list[Exchange]] = {}
        for exchange in self.observation.exchanges:
            grouped.setdefault((exchange.question.name, exchange.question.type), []).append(exchange)
        return {question: tuple(found) for question, found in grouped.items()}

    def exchanges(
        self, name: str, type_: str, *, role: Role | None = None, zone: str | None = None
    ) -> tuple[Exchange, ...]:
        """Every exchange about this question, in the order they were asked."""
        found = self._by_question.get((name, type_), ())
        if not found or (role is None and zone is None):
            return found
        return tuple(
            e for e in found if (role is None or e.server.role is role) and (zone is None or e.server.zone == zone)
        )

    @remembered
    def by_role(self, role: Role) -> tuple[Exchange, ...]:
        """Every exchange with servers in this capacity."""
        return tuple(e for e in self.observation.exchanges if e.server.role is role)

    @remembered
    def said(self, name: str, type_: str, zone: str | None = None) -> tuple[Exchange, ...]:
        """The best exchange with each delegated authoritative server of the zone that holds the name.

        A conclusive one is better than trouble, a later one than an earlier one. `zone` overrides which zone's.
        """
        holder = self.zone_of(name) if zone is None else zone
        best: dict[Server, Exchange] = {}
        for exchange in self.exchanges(name, type_, role=Role.AUTHORITATIVE, zone=holder):
            known = best.get(exchange.server)
            if known is None or _rank(exchange) >= _rank(known):
                best[exchange.server] = exchange
        return tuple(best.values())

    @remembered
    def heard(self, name: str, type_: str, zone: str | None = None) -> tuple[Exchange, ...]:
        """Those of `said` that tell what the zone holds: conclusive, and with authority (AA)."""
        return tuple(e for e in self.said(name, type_, zone) if self.speaks(e))

    @staticmethod
    def speaks(exchange: Exchange) -> bool:
        """Whether this answer says with authority what the zone holds: silence, lame and truncated ones do not."""
        if exchange.tc and exchange.probe.via is not Via.TCP:
            return False
        return exchange.outcome.conclusive and exchange.aa and exchange.outcome is not Outcome.REFERRAL

    @remembered
    def at_resolvers(self, name: str, type_: str, *, cd: bool = False) -> tuple[Exchange, ...]:
        """What each resolver said (the best exchange of each)."""
        best: dict[Server, Exchange] = {}
        for exchange in self.exchanges(name, type_, role=Role.RESOLVER):
            if exchange.probe.cd is cd and _rank(exchange) >= _rank(best.get(exchange.server, exchange)):
                best[exchange.server] = exchange
        return tuple(best.values())

    @remembered
    def at_hosts(self, name: str, type_: str) -> tuple[Exchange, ...]:
        """What hosts that the domain is not delegated to said with authority."""
        return tuple(e for e in self.exchanges(name, type_, role=Role.UNDELEGATED) if self.speaks(e))

    def asked(self, name: str, type_: str, zone: str | None = None) -> bool:
        """Whether an authoritative server was asked this at all."""
        return bool(self.said(name, type_, zone))

    # --- servers ------------------------------------------------------------------------------------------------

    @remembered
    def servers(self, zone: str) -> tuple[Server, ...]:
        """The delegated servers of a zone that were asked (one for each address)."""
        found = dict.fromkeys(e.server for e in self.by_role(Role.AUTHORITATIVE) if e.server.zone == zone)
        return tuple(found)

    @remembered
    def live_servers(self, zone: str) -> tuple[Server, ...]:
        """Those that gave any answer with authority."""
        answered = {e.server for e in self.by_role(Role.AUTHORITATIVE) if e.server.zone == zone and self.speaks(e)}
        return tuple(s for s in self.servers(zone) if s in answered)

    @remembered
    def with_server(self, server: Server) -> tuple[Exchange, ...]:
        """Everything asked of one server."""
        return tuple(e for e in self.observation.exchanges if e.server == server)

    @remembered
    def soa(self, server: Server) -> Record | None:
        """The SOA that this server holds for its zone, or None if it did not say."""
        for exchange in self.exchanges(server.zone, "SOA"):
            if exchange.server == server and self.speaks(exchange):
                return next(iter(exchange.records("SOA")), None)
        return None

    # --- wanted records -----------------------------------------------------------------------------------------

    @remembered
    def sights(self, record: ExpectedRecord) -> tuple[tuple[Exchange, Sight], ...]:
        """How each authoritative server that answered holds a wanted record."""
        return tuple((e, sight_of(record, e)) for e in self.heard(record.name, record.type))

    def missing(self, record: ExpectedRecord) -> bool:
        """Every authoritative server that answered says that there is nothing of this type at this name."""
        seen = self.sights(record)
        return bool(seen) and all(sight is Sight.ABSENT for _, sight in seen)

    def not_there(self, record: ExpectedRecord) -> bool:
        """Nobody created this record: it is missing, or what answers at its name is only a wildcard."""
        if self.missing(record):
            return True
        return self.wrong(record) and self.from_wildcard(record.name, record.type)

    def right(self, record: ExpectedRecord) -> bool:
        """Every authoritative server that answered holds exactly what is wanted."""
        seen = self.sights(record)
        return bool(seen) and all(sight is Sight.RIGHT for _, sight in seen)

    def wrong(self, record: ExpectedRecord) -> bool:
        """Every server that answered holds something of this type, and at least one holds something not wanted."""
        return bool(self.wrong_at(record))

    def wrong_at(self, record: ExpectedRecord) -> tuple[Exchange, ...]:
        """The answers that show something of this type that is not what is wanted."""
        return tuple(e for e, sight in self.sights(record) if sight is Sight.WRONG)

    @remembered
    def found(self, record: ExpectedRecord) -> tuple[str, ...]:
        """The values of this name and type that any authoritative server holds."""
        values = {v for e in self.heard(record.name, record.type) for v in e.values(record.type)}
        return tuple(sorted(values))

    def unheard(self, record: ExpectedRecord) -> bool:
        """No authoritative server told what it holds."""
        return not self.sights(record)

    def exists(self, name: str) -> bool | None:
        """Whether the name exists in its zone (with records, or as an empty non-terminal); None if not heard."""
        heard = [e for t in ("SOA", "CNAME", "TXT", "A", "NS", "MX") for e in self.heard(name, t)]
        if not heard:
            return None
        return any(e.outcome is not Outcome.NXDOMAIN or e.answer for e in heard)

    def others_at(self, name: str, but: str = "") -> tuple[Record, ...]:
        """The records of types other than `but` that an authoritative server showed at this name (not DNSSEC's)."""
        seen: dict[tuple[str, str], Record] = {}
        for zone, record in self._shown.get(name, ()):
            if zone == self.zone_of(name) and record.type not in {but, "RRSIG", "NSEC", "NSEC3"}:
                seen.setdefault((record.type, record.value), record)
        return tuple(seen.values())

    @cached_property
    def _shown(self) -> dict[str, list[tuple[str, Record]]]:
        """What the authoritative servers showed by name, each record with the zone it was asked in."""
        found: dict[str, list[tuple[str, Record]]] = {}
        for exchange in self.by_role(Role.AUTHORITATIVE):
            for record in exchange.answer if exchange.answer and self.speaks(exchange) else ():
                found.setdefault(record.name, []).append((exchange.server.zone, record))
        return found

    # --- wildcards and look-alikes ------------------------------------------------------------------------------

    @cached_property
    def sibling_label(self) -> str:
        """A label that nobody creates; the same for the same domain, so that a replay asks nothing new."""
        return "unpend-" + hashlib.sha256(self.domain.encode()).hexdigest()[:12]

    def sibling(self, name: str) -> str:
        """The name beside this one that nobody created: what answers there is a wildcard."""
        return under(self.sibling_label, parent(name))

    @remembered
    def from_wildcard(self, name: str, type_: str) -> bool:
        """Whether a name that nobody created gives the same answer as this one."""
        beside = {v for e in self.heard(self.sibling(name), type_) for v in e.values(type_)}
        here = {v for e in self.heard(name, type_) for v in e.values(type_)}
        return bool(beside) and here <= beside

    @remembered
    def copies(self, record: ExpectedRecord, name: str) -> tuple[Exchange, ...]:
        """The exchanges that show the wanted content at another name, wildcard answers left out."""
        if name == record.name or not self.answered(name, record.type) or self.from_wildcard(name, record.type):
            return ()
        moved = replace(record, name=name)
        zone = self.zone_of(name) or self.zone
        return tuple(
            e
            for e in self.heard(name, record.type, zone)
            if sight_of(moved, e) is not Sight.ABSENT and copied(record, e.records(record.type))
        )

    # --- time ---------------------------------------------------------------------------------------------------

    def fresh_until(self, exchange: Exchange) -> float | None:
        """When what this server said may be forgotten by caches: the TTL of the answer, or of the negative answer."""
        ttl = self.ttl(exchange)
        return None if ttl is None else exchange.asked_at + ttl

    @staticmethod
    def ttl(exchange: Exchange) -> int | None:
        """The TTL in seconds of an answer, or of a negative one: min(SOA TTL, SOA MINIMUM) (RFC 2308 section 5)."""
        if exchange.answer:
            return min(r.ttl for r in exchange.answer)
        soa = exchange.soa
        if soa is None:
            return None
        return min(soa.ttl, int(soa.value.split()[6]))


def _rank(exchange: Exchange) -> tuple[bool, bool, bool]:
    return (
        exchange.outcome.conclusive and not (exchange.tc and exchange.probe.via is not Via.TCP),
        exchange.outcome.conclusive,
        exchange.aa,
    )

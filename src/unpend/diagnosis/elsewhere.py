"""The wanted records at hosts that the domain is not delegated to, and what kind of place each of these hosts is."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from unpend.catalog import host_of
from unpend.diagnosis.ask import Ask, Whom
from unpend.diagnosis.case import Case
from unpend.diagnosis.compare import Sight, sight_of
from unpend.diagnosis.rule import Rule
from unpend.model.expected import ExpectedRecord
from unpend.model.finding import Confidence, Finding, Severity
from unpend.model.observation import ZoneCut
from unpend.model.plan import Errand
from unpend.model.records import Exchange, Question
from unpend.model.text import Text

RECENTLY = 60 * 86400
EXPLAINS = ("record-missing", "stale-names", "publish-delay", "wrong-target")


@dataclass(frozen=True, slots=True)
class Place:
    """An undelegated host that holds a wanted record. `here` and `there` are what people call the two hosts."""

    record: ExpectedRecord
    cut: ZoneCut
    exchange: Exchange
    code: str

    @property
    def server(self) -> str:
        return self.exchange.server.name

    @property
    def here(self) -> Text | tuple[str, ...]:
        return brand(ns.name for ns in self.cut.nameservers)

    @property
    def there(self) -> Text | tuple[str, ...]:
        return brand((self.server,))


def brand(nameservers: Iterator[str] | tuple[str, ...]) -> Text | tuple[str, ...]:
    """The name of the DNS host, or its servers where the catalogue does not know them."""
    names = tuple(nameservers)
    host = host_of(names)
    return host.name if host else names


def unplaced(case: Case) -> Iterator[tuple[ExpectedRecord, ZoneCut]]:
    """The wanted records that the delegated servers do not hold, and the zone that should."""
    for record in case.records:
        cut = case.cut_of(record.name)
        sights = [sight for _, sight in case.sights(record)]
        if cut is not None and sights and Sight.RIGHT not in sights:
            yield record, cut


def places(case: Case, code: str) -> Iterator[Place]:
    """Where such a record stands instead, once for each record: the places of this kind only."""
    for record, cut in unplaced(case):
        delegated = {ns.name for ns in cut.nameservers}
        held = [e for e in case.at_hosts(record.name, record.type) if sight_of(record, e) is Sight.RIGHT]
        kinds = {e: kind(case, cut, e) for e in held if e.server.name not in delegated}
        first = next((e for e, found in kinds.items() if found == code), None)
        if first is not None:
            yield Place(record, cut, first, code)


def kind(case: Case, cut: ZoneCut, exchange: Exchange) -> str:
    """What an undelegated host that holds the record is, as the code that says so."""
    there, here = host_of((exchange.server.name,)), host_of(ns.name for ns in cut.nameservers)
    if there is not None and there == here:
        return "two-hosted-zones" if there.per_zone_ns else "shadow-zone"
    return "records-lost-in-migration" if formerly(case, cut, exchange) else "wrong-dns-host"


def formerly(case: Case, cut: ZoneCut, exchange: Exchange) -> bool:
    """Whether the domain was delegated to that host before: the registry changed lately, or a resolver remembers."""
    registration = case.observation.registration
    changed = registration.changed_at if registration else None
    if changed is not None and 0 <= case.now - changed <= RECENTLY:
        return True
    remembered = {v for e in case.at_resolvers(cut.zone, "NS") for v in e.values("NS")}
    if exchange.server.name in remembered:
        return True
    question = exchange.question
    return any(e.values(question.type) == exchange.values(question.type) for e in case.at_resolvers(*_key(question)))


def _key(question: Question) -> tuple[str, str]:
    return question.name, question.type


def asks_about(case: Case) -> Iterator[Ask]:
    """Where a record was found elsewhere: whose zone it is there, and what resolvers remember of the delegation."""
    for record, cut in unplaced(case):
        for exchange in case.at_hosts(record.name, record.type):
            if sight_of(record, exchange) is Sight.RIGHT:
                server = exchange.server
                for type_ in ("SOA", "NS"):
                    yield Ask(
                        Question(cut.zone, type_), Whom.HOST, zone=cut.zone, host=server.name, address=server.address
                    )
                yield Ask(Question(cut.zone, "NS"), Whom.RESOLVERS)


def nameservers_there(case: Case, place: Place) -> tuple[str, ...]:
    """The NS set that the zone has at the other host; () where that host does not serve the whole zone."""
    zone = place.cut.zone
    told = [e for e in case.at_hosts(zone, "NS") if e.server.name == place.server]
    return next((e.values("NS") for e in told if e.values("NS")), ())


def place_finding(case: Case, rule: Rule, says: Text, place: Place, fix: tuple[Errand, ...]) -> Finding:
    """The finding that all rules of this kind make of a place."""
    record = place.record
    proof = [place.exchange, *case.heard(record.name, record.type), *case.at_hosts(place.cut.zone, "SOA")[:1]]
    return rule.finding(
        record.name,
        says,
        proof,
        severity=Severity.ERROR if record.required else Severity.WARNING,
        confidence=Confidence.CERTAIN,
        fix=fix,
        zone=place.cut.zone,
        here=place.here,
        there=place.there,
        server=place.server,
    )

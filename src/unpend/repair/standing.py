"""What stands in a zone where it is edited: at the servers that have its newest version, wildcard answers left out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from unpend.diagnosis.case import Case
from unpend.diagnosis.compare import Sight, sight_of
from unpend.diagnosis.operators import operators
from unpend.diagnosis.soa import soa_serial
from unpend.model.expected import ExpectedRecord
from unpend.model.names import is_under
from unpend.model.records import Exchange, Record, Role, Server

NOT_EDITED = frozenset({"SOA", "RRSIG", "NSEC", "NSEC3"})


@dataclass(frozen=True, slots=True)
class Standing:
    """What the newest servers of each zone hold. `kept`: zone → the name servers that will remain its only ones."""

    case: Case
    kept: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    _known: dict[str, list[tuple[Server, ...]]] = field(default_factory=dict, repr=False, compare=False)

    def right(self, record: ExpectedRecord) -> bool:
        """Whether every copy of the zone that remains holds the record as wanted at one of its newest servers.

        Servers of one serial that disagree are still being told of a change that was made, or never take part in it
        (Route 53's serial is always 1): what one of them holds was entered. A server that says now this, now that,
        holds both.
        """
        voices = self._voices(record.name, record.type)
        return bool(voices) and all(any(self._steady(record, e.server) for e in voice) for voice in voices)

    def _steady(self, record: ExpectedRecord, server: Server) -> bool:
        told = self._told(server, record.name, record.type)
        return all(sight_of(record, e) is Sight.RIGHT for e in told)

    def _told(self, server: Server, name: str, type_: str) -> list[Exchange]:
        """Everything that one server ever said about this."""
        asked = self.case.exchanges(name, type_, role=Role.AUTHORITATIVE, zone=server.zone)
        return [e for e in asked if e.server == server and self.case.speaks(e)]

    def heard(self, record: ExpectedRecord) -> bool:
        """Whether any server told what it holds."""
        return bool(self._voices(record.name, record.type))

    def records(self, name: str, type_: str) -> tuple[Record, ...]:
        """The record set of this name and type that an edit would meet."""
        if self.case.from_wildcard(name, type_):
            return ()
        told = (e for voice in self._voices(name, type_) for v in voice for e in self._told(v.server, name, type_))
        found = {r.text: r for e in told if not redirected(e) for r in e.records(type_, name)}
        return tuple(found[text] for text in sorted(found))

    def values(self, name: str, type_: str) -> tuple[str, ...]:
        """Their values, sorted; TXT values are unquoted."""
        return tuple(r.text for r in self.records(name, type_))

    def answers(self, name: str, type_: str) -> tuple[Exchange, ...]:
        """What the newest servers said."""
        return tuple(e for voice in self._voices(name, type_) for e in voice)

    def excluded(self, name: str, type_: str) -> dict[str, tuple[Record, ...]]:
        """The record sets that cannot stand beside the wanted one, as far as anybody asked: type → records.

        A CNAME stands alone (RFC 1034 section 3.6.2). Where the newest servers hold something of the wanted type, an
        older server's other data is on its way out.
        """
        types = dict.fromkeys(r.type for r in self.case.others_at(name, but=type_) if r.type not in NOT_EDITED)
        settled = bool(self.records(name, type_))
        met = {other: self._met(name, other, settled) for other in types if "CNAME" in {type_, other}}
        return {other: found for other, found in met.items() if found}

    def _met(self, name: str, type_: str, settled: bool) -> tuple[Record, ...]:
        """A set that was met, perhaps by asking for another type."""
        if self.case.from_wildcard(name, type_):
            return ()
        zone = self.case.zone_of(name)
        new = {server for copy in self._copies(zone) for server in self._newest(copy)}
        told = [e for e in self.case.by_role(Role.AUTHORITATIVE) if e.server.zone == zone and self.case.speaks(e)]
        seen = [e for e in told if e.records(type_, name) and not redirected(e)]
        fresh = [e for e in seen if e.server in new or not (settled or self.answers(name, type_))]
        found = {r.text: r for e in fresh for r in e.records(type_, name)}
        return tuple(found[text] for text in sorted(found))

    # --- copies and versions ------------------------------------------------------------------------------------

    def _voices(self, name: str, type_: str) -> list[list[Exchange]]:
        """What the newest servers of each copy of the zone said, one list a copy."""
        heard = self.case.heard(name, type_)
        said = [[e for e in heard if e.server in copy] for copy in self._copies(self.case.zone_of(name))]
        voices = [[e for e in each if e.server in self._newest([e.server for e in each])] for each in said]
        return [voice for voice in voices if voice] or ([list(heard)] if heard else [])

    def _copies(self, zone: str) -> list[tuple[Server, ...]]:
        """The servers of each copy of the zone that remains, worked out once."""
        if zone not in self._known:
            self._known[zone] = self._remaining(zone)
        return self._known[zone]

    def _remaining(self, zone: str) -> list[tuple[Server, ...]]:
        cut = next((cut for cut in self.case.zones if cut.zone == zone), None)
        copies = [group.servers for group in operators(self.case, cut)] if cut else []
        remaining = set(self.kept.get(zone, ()))
        return [copy for copy in copies if remaining & {server.name for server in copy}] or copies

    def _newest(self, servers: Iterable[Server]) -> set[Server]:
        """Those of the servers that have the highest serial."""
        dated = {server: soa_serial(soa) for server in servers if (soa := self.case.soa(server))}
        return {s for s, serial in dated.items() if not any(_later(other, serial) for other in dated.values())}


def redirected(exchange: Exchange) -> bool:
    """Whether the CNAME of the answer was made from a DNAME above: nothing stands at the name (RFC 6672 section 2.2)."""
    name = exchange.question.name
    return any(r.type == "DNAME" and r.name != name and is_under(name, r.name) for r in exchange.answer)


def _later(one: int, other: int) -> bool:
    """Serial number arithmetic (RFC 1982 section 3.2)."""
    return one != other and (one - other) % (1 << 32) < 1 << 31

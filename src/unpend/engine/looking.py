"""The quick look: what resolvers hold of what is wanted, without asking why. It finds out whether anything changed.

`Quick` is the seam: any function that answers demands with glances can take its place.
"""

from __future__ import annotations

import asyncio
import zlib
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass

from unpend.diagnosis.compare import Sight, sight_of
from unpend.engine.demands import Demand
from unpend.model.expected import ExpectedRecord
from unpend.model.identity import Seen, ZoneStart
from unpend.model.records import Exchange, Outcome, Probe, Question, Role, Server
from unpend.observer.settings import Resolver
from unpend.observer.wire import Wire

AT_ONCE = 200
MESSAGES_EACH = 60
VALUES_KEPT = 8
LONGEST_VALUE = 1000
Route = Callable[[str, int], tuple[str, int]]


@dataclass(frozen=True, slots=True)
class Glance:
    """One record as it was seen. `right` is None where nobody said anything (silence is not absence)."""

    right: bool | None
    seen: Seen


@dataclass(frozen=True, slots=True)
class Looks:
    """One identity as it was seen: a glance for each record of its demand, and the zone's SOA where it was heard."""

    demand: Demand
    glances: tuple[Glance, ...]
    soa: ZoneStart | None = None


Quick = Callable[[Sequence[Demand]], AsyncIterator[Looks]]


@dataclass(frozen=True, slots=True)
class QuickLook:
    """Asks resolvers, one after the other until one of them says something."""

    resolvers: tuple[Resolver, ...]
    timeout: float = 3.0
    route: Route | None = None

    async def __call__(self, demands: Sequence[Demand]) -> AsyncIterator[Looks]:
        """Each demand's looks, in the order in which they end."""
        turn = asyncio.Semaphore(AT_ONCE)
        async with Wire(route=self.route, budget=MESSAGES_EACH * (1 + len(demands))) as wire:

            async def look(demand: Demand) -> Looks:
                async with turn:
                    return await self._look(wire, demand)

            tasks = [asyncio.create_task(look(demand)) for demand in demands]
            try:
                for done in asyncio.as_completed(tasks):
                    yield await done
            finally:
                for task in tasks:
                    task.cancel()

    async def _look(self, wire: Wire, demand: Demand) -> Looks:
        asked = [self._ask(wire, record.name, record.type) for record in demand.records]
        *heard, soa = await asyncio.gather(*asked, self._ask(wire, demand.domain, "SOA"))
        glances = [glance_of(record, each) for record, each in zip(demand.records, heard, strict=True)]
        return Looks(demand, tuple(glances), soa_of(soa))

    async def _ask(self, wire: Wire, name: str, type_: str) -> Exchange | None:
        """What the first resolver that says anything says; the last one's trouble where none does."""
        last = None
        first = zlib.crc32(name.encode()) % max(1, len(self.resolvers))
        for resolver in (*self.resolvers[first:], *self.resolvers[:first]):
            server = Server(Role.RESOLVER, resolver.name or resolver.address, resolver.address, resolver.port)
            last = (await wire.persist(server, Probe(Question(name, type_), recurse=True), self.timeout))[-1]
            if last.outcome.conclusive:
                return last
        return last


def glance_of(record: ExpectedRecord, exchange: Exchange | None) -> Glance:
    """One record in one answer."""
    if exchange is None:
        return Glance(None, Seen(record.name, record.type, Outcome.TIMEOUT.value))
    values = tuple(value[:LONGEST_VALUE] for value in exchange.values(record.type)[:VALUES_KEPT])
    seen = Seen(record.name, record.type, exchange.outcome.value, values, exchange.server.address)
    if not exchange.outcome.conclusive or exchange.outcome is Outcome.REFERRAL:
        return Glance(None, seen)
    return Glance(sight_of(record, exchange) is Sight.RIGHT, seen)


def soa_of(exchange: Exchange | None) -> ZoneStart | None:
    """The SOA of an answer, as SES shows it."""
    record = exchange.soa if exchange is not None and exchange.outcome.conclusive else None
    parts = record.text.split() if record else []
    if len(parts) < 3 or not parts[2].isdigit():
        return None
    return ZoneStart(parts[0], parts[1], int(parts[2]))

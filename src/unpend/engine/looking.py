"""The quick look: what resolvers hold of what is wanted, without asking why. It finds out whether anything changed.

`Quick` is the seam: any function that answers demands with glances can take its place. All quick looks of a process go
through one bulk look-up, so that its bounds towards any one server hold for the process.
"""

from __future__ import annotations

import asyncio
import queue
import threading
from collections.abc import AsyncIterator, Callable, Generator, Iterator, Sequence
from dataclasses import dataclass
from ipaddress import ip_address
from itertools import count
from typing import TypeVar

from unpend.engine.demands import Demand
from unpend.lifecycle import OPEN
from unpend.model.expected import ExpectedRecord, Purpose
from unpend.model.identity import Machine, Seen, ZoneStart
from unpend.model.records import Outcome
from unpend.observer.bulk import BulkSettings, FastVerdict, Subject, look_up_in_batches, sought_of
from unpend.observer.bulk import Seen as Heard
from unpend.observer.settings import Resolver

OWN_RATE = 50_000.0
PUBLIC_RATE = 500.0


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


T = TypeVar("T")
Quick = Callable[[Sequence[Demand]], AsyncIterator[Looks]]


def bulk_settings(resolvers: Sequence[Resolver], timeout: float) -> BulkSettings:
    """As fast as our own resolvers answer; public ones are asked as a good neighbour asks."""
    own = all(ip_address(each.address).is_private for each in resolvers)
    rate = OWN_RATE if own else PUBLIC_RATE
    return BulkSettings(tuple(resolvers), window=2048, rate=rate, timeout=min(timeout, 60.0), mixed_case=not own)


class QuickLook:
    """Asks resolvers in bulk, in a thread of its own that begins with the first look. `close` it."""

    def __init__(self, settings: BulkSettings) -> None:
        self._settings = settings
        self._numbers = count()
        self._wanted: queue.SimpleQueue[Subject | None] = queue.SimpleQueue()
        self._waiting: dict[int, asyncio.Future[FastVerdict]] = {}
        self._flying = 0
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None

    async def __call__(self, demands: Sequence[Demand]) -> AsyncIterator[Looks]:
        """Each demand's looks, in the order of the demands."""
        self._begin(asyncio.get_running_loop())
        flights = [self._fly(_sought(demand)) for demand in demands]
        try:
            for demand, flight in zip(demands, flights, strict=True):
                yield _looks(demand, (await flight).seen if flight else ())
        finally:
            for flight in flights:
                if flight is not None:
                    flight.cancel()

    def close(self) -> None:
        """End the thread; who still waits is told."""
        if self._thread is not None:
            self._wanted.put(None)
            self._thread.join()

    def _begin(self, loop: asyncio.AbstractEventLoop) -> None:
        if self._thread is None or not self._thread.is_alive():
            self._loop = loop
            self._flying = 0
            self._thread = threading.Thread(target=self._run, name="unpend-quick", daemon=True)
            self._thread.start()

    def _fly(self, records: tuple[ExpectedRecord, ...]) -> asyncio.Future[FastVerdict] | None:
        if not records:
            return None
        number = next(self._numbers)
        subject = Subject(number, tuple(sought_of(record) for record in records))
        future: asyncio.Future[FastVerdict] = asyncio.get_running_loop().create_future()
        self._waiting[number] = future
        self._wanted.put(subject)
        return future

    # --- in the thread ------------------------------------------------------------------------------------------

    def _run(self) -> None:
        error: BaseException | None = None
        try:
            for batch in self._batches():
                self._flying -= len(batch)
                self._tell(self._landed, batch)
        except Exception as caught:
            error = caught
        self._tell(self._failed, error)

    def _batches(self) -> Generator[list[FastVerdict], None, None]:
        return look_up_in_batches(self._source(), self._settings)

    def _source(self) -> Iterator[Subject | None]:
        """What is wanted; None while there is nothing new, a sleep while nothing is under way either."""
        while True:
            try:
                subject = self._wanted.get(block=self._flying == 0)
            except queue.Empty:
                yield None
                continue
            if subject is None:
                return
            self._flying += 1
            yield subject

    def _tell(self, what: Callable[[T], None], told: T) -> None:
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(what, told)

    # --- in the loop --------------------------------------------------------------------------------------------

    def _landed(self, batch: list[FastVerdict]) -> None:
        for verdict in batch:
            future = self._waiting.pop(verdict.key, None)
            if future is not None and not future.done():
                future.set_result(verdict)

    def _failed(self, error: BaseException | None) -> None:
        """The thread has ended: everybody who waits is told, and the next look begins another one."""
        waiting, self._waiting = self._waiting, {}
        for future in waiting.values():
            if not future.done():
                future.set_exception(error or RuntimeError("the quick look was closed"))


def _sought(demand: Demand) -> tuple[ExpectedRecord, ...]:
    """What is asked: every record, and the zone's SOA as long as somebody waits for an edit."""
    open_ = any(demand.identity.standing(machine).state in OPEN for machine in Machine)
    soa = (ExpectedRecord(Purpose.OTHER, demand.domain, "SOA", ("-",)),) if open_ and demand.records else ()
    return (*demand.records, *soa)


def _looks(demand: Demand, heard: Sequence[Heard]) -> Looks:
    glances = tuple(glance_of(record, each) for record, each in zip(demand.records, heard, strict=False))
    soa = soa_of(heard[-1].values) if len(heard) > len(demand.records) else None
    return Looks(demand, glances, soa)


def glance_of(record: ExpectedRecord, heard: Heard) -> Glance:
    """One record in one answer."""
    if heard.right:
        return Glance(True, Seen(record.name, record.type, heard.outcome.value, record.values))
    kind = record.type + " "
    values = tuple(value.removeprefix(kind) for value in heard.values if value.startswith(kind))
    seen = Seen(record.name, record.type, heard.outcome.value, values)
    conclusive = heard.outcome.conclusive and heard.outcome is not Outcome.REFERRAL
    return Glance(False if conclusive else None, seen)


def soa_of(values: Sequence[str]) -> ZoneStart | None:
    """The SOA record among these, as SES shows it."""
    parts = next((value.split()[1:] for value in values if value.startswith("SOA ")), [])
    if len(parts) < 3 or not parts[2].isdigit():
        return None
    return ZoneStart(parts[0], parts[1], int(parts[2]))

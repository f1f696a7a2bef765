"""The quick look: what resolvers hold of what is wanted, without asking why. It finds out whether anything changed.

`Quick` is the seam: any function that says what was heard of each demand can take its place. All quick looks of a
process go through one bulk look-up, so that its bounds towards any one server hold for the process.
"""

from __future__ import annotations

import asyncio
import hashlib
import queue
import threading
from collections.abc import Awaitable, Callable, Generator, Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from ipaddress import ip_address
from typing import TypeVar

from unpend.engine.demands import Demand
from unpend.model.expected import ExpectedRecord, Purpose
from unpend.model.identity import Seen, ZoneStart
from unpend.model.records import Outcome
from unpend.observer.bulk import BulkSettings, FastVerdict, Sought, Subject, look_up_in_batches, sought_of
from unpend.observer.bulk import Seen as Heard
from unpend.observer.settings import Resolver

OWN_RATE = 50_000.0
PUBLIC_RATE = 500.0


HOST_NOT_FOUND, TYPE_NOT_FOUND, INVALID_VALUE = "HOST_NOT_FOUND", "TYPE_NOT_FOUND", "INVALID_VALUE"
DNS_SERVER_ERROR = "DNS_SERVER_ERROR"
NXDOMAIN = Outcome.NXDOMAIN
CONCLUSIVE = frozenset({each for each in Outcome if each.conclusive and each is not Outcome.REFERRAL})


@dataclass(frozen=True, slots=True)
class Glance:
    """One record as it was seen, and SES's word for it: "" where all is right."""

    word: str
    seen: Seen

    @property
    def right(self) -> bool | None:
        """None where nobody said anything (silence is not absence)."""
        return None if self.word == DNS_SERVER_ERROR else not self.word


@dataclass(frozen=True, slots=True)
class Looks:
    """One identity as it was seen: a glance for each record of its demand, and the zone's SOA where it was heard.

    `picture` is a digest of it; the same text means that nothing has changed."""

    glances: tuple[Glance, ...]
    soa: ZoneStart | None = None
    picture: str = ""


T = TypeVar("T")
# What was heard of the records of a demand in their order, then of the zone's SOA where somebody waits for an edit;
# nothing where nothing was asked.
Answers = tuple[Heard, ...]
Quick = Callable[[Sequence[Demand]], Awaitable[list[Answers]]]


def bulk_settings(resolvers: Sequence[Resolver], timeout: float) -> BulkSettings:
    """As fast as our own resolvers answer; public ones are asked as a good neighbour asks."""
    own = all(ip_address(each.address).is_private for each in resolvers)
    rate = OWN_RATE if own else PUBLIC_RATE
    return BulkSettings(tuple(resolvers), window=2048, rate=rate, timeout=min(timeout, 60.0), mixed_case=not own)


@dataclass(eq=False, slots=True)
class _Batch:
    """Demands that were asked for together: one future for all of them, since a future each costs more than asking."""

    future: asyncio.Future[list[Answers]]
    answers: list[Answers]
    left: int
    subjects: list[Subject] = field(default_factory=list)


class QuickLook:
    """Asks resolvers in bulk, in a thread of its own that begins with the first look. `close` it."""

    def __init__(self, settings: BulkSettings) -> None:
        self._settings = settings
        self._wanted: queue.SimpleQueue[_Batch | None] = queue.SimpleQueue()
        self._waiting: set[_Batch] = set()
        self._flying = 0
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None

    async def __call__(self, demands: Sequence[Demand]) -> list[Answers]:
        """What was heard of each demand, in the order of the demands."""
        loop = asyncio.get_running_loop()
        batch = _Batch(loop.create_future(), [()] * len(demands), 0)
        for index, demand in enumerate(demands):
            if demand.sought:
                batch.subjects.append(Subject((batch, index), _sought(demand)))
        batch.left = len(batch.subjects)
        if not batch.left:
            return batch.answers
        self._begin(loop)
        self._waiting.add(batch)
        self._wanted.put(batch)
        return await batch.future

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

    # --- in the thread ------------------------------------------------------------------------------------------

    def _run(self) -> None:
        error: BaseException | None = None
        try:
            for verdicts in self._batches():
                self._flying -= len(verdicts)
                for verdict in verdicts:
                    self._heard(verdict)
        except Exception as caught:
            error = caught
        self._tell(self._failed, error)

    def _heard(self, verdict: FastVerdict) -> None:
        batch, index = verdict.key
        batch.answers[index] = verdict.seen
        batch.left -= 1
        if not batch.left:
            self._tell(self._landed, batch)

    def _batches(self) -> Generator[list[FastVerdict], None, None]:
        return look_up_in_batches(self._source(), self._settings)

    def _source(self) -> Iterator[Subject | None]:
        """What is wanted; None while there is nothing new, a sleep while nothing is under way either."""
        while True:
            try:
                batch = self._wanted.get(block=self._flying == 0)
            except queue.Empty:
                yield None
                continue
            if batch is None:
                return
            self._flying += len(batch.subjects)
            yield from batch.subjects

    def _tell(self, what: Callable[[T], None], told: T) -> None:
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(what, told)

    # --- in the loop --------------------------------------------------------------------------------------------

    def _landed(self, batch: _Batch) -> None:
        self._waiting.discard(batch)
        if not batch.future.done():
            batch.future.set_result(batch.answers)

    def _failed(self, error: BaseException | None) -> None:
        """The thread has ended: everybody who waits is told, and the next look begins another one."""
        waiting, self._waiting = self._waiting, set()
        for batch in waiting:
            if not batch.future.done():
                batch.future.set_exception(error or RuntimeError("the quick look was closed"))


def _sought(demand: Demand) -> tuple[Sought, ...]:
    """What is asked: every record, and the zone's SOA as long as somebody waits for an edit."""
    if not demand.awaited:
        return demand.sought
    return (*demand.sought, sought_of(ExpectedRecord(Purpose.OTHER, demand.domain, "SOA", ("-",))))


def looks_of(demand: Demand, heard: Answers) -> Looks:
    """The answers as glances."""
    words = words_of(demand, heard)
    told = zip(words, demand.records, heard, strict=False)
    glances = tuple(Glance(word, _seen(record, each)) for word, record, each in told)
    return Looks(glances, _soa(demand, heard), picture_of(demand, words, heard))


def _seen(record: ExpectedRecord, heard: Heard) -> Seen:
    values = record.values if heard.right else _values(record, heard)
    return Seen(record.name, record.type, heard.outcome.value, values)


def words_of(demand: Demand, heard: Answers) -> tuple[str, ...]:
    """SES's word for what was heard of each record, "" where it is right."""
    pairs = zip(demand.sought, heard, strict=False)
    return tuple(["" if each.right else _word(sought.record, each) for sought, each in pairs])


def _word(record: ExpectedRecord, heard: Heard) -> str:
    if heard.values and _values(record, heard):
        return INVALID_VALUE
    if heard.outcome is NXDOMAIN:
        return HOST_NOT_FOUND
    return TYPE_NOT_FOUND if heard.outcome in CONCLUSIVE else DNS_SERVER_ERROR


def _values(record: ExpectedRecord, heard: Heard) -> tuple[str, ...]:
    kind = record.type + " "
    return tuple(value.removeprefix(kind) for value in heard.values if value.startswith(kind))


def picture_of(demand: Demand, words: tuple[str, ...], heard: Answers) -> str:
    """A digest of what the records look like, and one of the zone's SOA. What is demanded is no part of it: whoever
    changes that wipes the picture out (`Store.update`), so that most pictures are a few well-known ones."""
    told = tuple(
        [(word, *sorted(each.values)) if each.values else word for word, each in zip(words, heard, strict=False)]
    )
    soa = _soa(demand, heard)
    return f"{_digest(told)}:{_digest(soa) if soa else ''}"


@lru_cache(1024)
def _digest(told: object) -> str:
    return hashlib.blake2b(repr(told).encode(), digest_size=8).hexdigest()


def _soa(demand: Demand, heard: Answers) -> ZoneStart | None:
    return soa_of(heard[-1].values) if len(heard) > len(demand.sought) else None


def soa_of(values: Sequence[str]) -> ZoneStart | None:
    """The SOA record among these, as SES shows it."""
    parts = next((value.split()[1:] for value in values if value.startswith("SOA ")), [])
    if len(parts) < 3 or not parts[2].isdigit():
        return None
    return ZoneStart(parts[0], parts[1], int(parts[2]))

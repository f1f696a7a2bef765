"""The loop of a bulk look-up: subjects in, questions out in bursts, answers matched, verdicts out.

One thread, no timer and no future a question. What a question is and who answers it is the business of its owner
(`opened.py`) and of the way (`by_resolvers.py`, `by_delegations.py`).
"""

from __future__ import annotations

import heapq
import random
import selectors
import time
from collections import deque
from collections.abc import Generator, Iterable, Iterator
from itertools import islice
from typing import Protocol

from unpend.observer.bulk.asking import Asking
from unpend.observer.bulk.burst import Burst, Heard
from unpend.observer.bulk.judge import trouble
from unpend.observer.bulk.opened import Opened
from unpend.observer.bulk.settings import BulkSettings
from unpend.observer.bulk.streams import Streams
from unpend.observer.bulk.subject import FastVerdict, Subject
from unpend.observer.bulk.target import Target
from unpend.observer.wire.message import decode, mixed
from unpend.observer.wire.names import MalformedMessageError

TAKEN_AT_ONCE = 256
LONGEST_WAIT = 0.5
PAUSE = 0.1
DISLIKES_EDNS = frozenset({"FORMERR", "NOTIMP", "BADVERS"})
Entry = tuple[float, Burst, bytes, int]


class Way(Protocol):
    """How a question finds a server. `place` gives the target for this try, or None where the way has taken over."""

    recurse: bool

    def place(self, asking: Asking, now: float) -> Target | None: ...

    def heard(self, asking: Asking, data: bytes, now: float) -> bool: ...


class Flight:
    """One run. `batches` may be called once; it holds at most `settings.backlog` questions whatever the input's length."""

    def __init__(self, settings: BulkSettings, way: Way, burst: type[Burst] = Burst) -> None:
        self._settings = settings
        self.way = way
        self._burst = burst
        self._selector = selectors.DefaultSelector()
        self._streams = Streams(self._selector, settings.timeout * 2, self._heard_whole, self.again)
        self._bursts: dict[int, deque[Burst]] = {}
        self._ready: deque[Target] = deque()
        self._resting: list[tuple[float, int, Target]] = []
        self._later: list[tuple[float, int, Asking]] = []
        self._fifos: list[deque[Entry]] = [deque() for _ in range(settings.tries)]
        self._under_way = 0
        self._count = 0
        self.held = 0
        self.sent = 0
        self.done: list[FastVerdict] = []
        self.now = time.monotonic()
        self._random = random.SystemRandom()

    def batches(self, subjects: Iterable[Subject]) -> Generator[list[FastVerdict], None, None]:
        """Verdicts as they come to stand, in batches. While nobody takes them, nothing is sent."""
        source = iter(subjects)
        try:
            while True:
                self.now = time.monotonic()
                self._take_in(source)
                if not self.held and not self.done:
                    return
                self._turn()
                if self.done:
                    verdicts, self.done = self.done, []
                    yield verdicts
        finally:
            self._close()

    def _take_in(self, source: Iterator[Subject]) -> None:
        room = self._settings.backlog - self.held
        if room > 0:
            for subject in islice(source, min(room, TAKEN_AT_ONCE)):
                Opened(self, subject).begin()

    def _turn(self) -> None:
        while self._later and self._later[0][0] <= self.now:
            self.ask(heapq.heappop(self._later)[2])
        more_to_send = self._send()
        more_to_read = self._receive(0.0 if more_to_send or self.done else self._idle())
        self.now = time.monotonic()
        self._streams.sweep(self.now)
        if not more_to_read:
            self._sweep()

    def _idle(self) -> float:
        """How long nothing will happen unless an answer comes."""
        heads = [fifo[0][0] for fifo in self._fifos if fifo]
        heads += [heap[0][0] for heap in (self._resting, self._later) if heap]
        if self._streams.busy:
            heads.append(self.now + 0.05)
        return max(0.0, min([LONGEST_WAIT, *(head - self.now for head in heads)]))

    # --- questions on their way ---------------------------------------------------------------------------------

    def spelled(self, question: bytes) -> bytes:
        """The question as it is sent: in random upper and lower case where that is wanted."""
        return mixed(question[:-4], self._random) + question[-4:] if self._settings.mixed_case else question

    def ask(self, asking: Asking) -> None:
        """Put a question into the queue of the server whose turn it is."""
        target = self.way.place(asking, self.now)
        if target is None:
            return
        asking.server = target
        target.queue.append(asking)
        if not target.scheduled:
            target.scheduled = True
            self._ready.append(target)

    def again(self, asking: Asking, why: str, pause: float = 0.0) -> None:
        """The next try, at the next server, until all tries are used up. The last one goes without EDNS.

        That is for what drops EDNS silently: some firewalls, and servers of the last century.
        """
        asking.note = why
        asking.tries += 1
        if asking.tries >= self._settings.tries:
            asking.owner.unheard(asking, why)
            return
        asking.plain = asking.plain or (why == "timeout" and asking.tries == self._settings.tries - 1)
        if pause:
            self.later(asking, pause)
        else:
            self.ask(asking)

    def later(self, asking: Asking, pause: float) -> None:
        """Ask after a pause of so many seconds."""
        self._count += 1
        heapq.heappush(self._later, (self.now + pause, self._count, asking))

    def _send(self) -> bool:
        """A burst for each server that may be asked, in turn; True if more could be sent at once."""
        while self._resting and self._resting[0][0] <= self.now:
            self._ready.append(heapq.heappop(self._resting)[2])
        for _ in range(len(self._ready)):
            room = self._settings.window - self._under_way
            if room <= 0:
                return False
            target = self._ready.popleft()
            count = min(target.allowance(self.now), room)
            if count > 0 and not self._send_to(target, count):
                self._ready.append(target)
                return False
            self._reschedule(target)
        return bool(self._ready) and any(t.under_way < t.window for t in islice(self._ready, 4))

    def _reschedule(self, target: Target) -> None:
        if not target.queue:
            target.scheduled = False
        elif target.tokens < 1 and target.pace < 1e12:
            self._count += 1
            heapq.heappush(self._resting, (target.next_token(self.now), self._count, target))
        else:
            self._ready.append(target)

    def _send_to(self, target: Target, count: int) -> bool:
        """Send the head of its queue; False if the socket is full."""
        queue = target.queue
        batch = [queue.popleft() for _ in range(min(count, len(queue)))]
        if not any(asking.tries for asking in batch):
            return self._send_alike(target, batch, 0, target.plain)
        alike: dict[tuple[int, bool], list[Asking]] = {}
        for asking in batch:
            alike.setdefault((asking.tries, asking.plain or target.plain), []).append(asking)
        went = [self._send_alike(target, each, tries, plain) for (tries, plain), each in alike.items()]
        return all(went)

    def _send_alike(self, target: Target, batch: list[Asking], tries: int, plain: bool) -> bool:
        burst = self._next_burst(target.family)
        self._count += 1
        ids = burst.send(target.source, batch, self._count, not plain)
        sent = len(ids) // 2
        target.spend(sent)
        self._under_way += sent
        self.sent += sent
        if sent:
            wait = self._settings.timeout * self._settings.patience**tries
            self._fifos[tries].append((self.now + wait, burst, ids, self._count))
        if sent == len(batch):
            return True
        unsent = batch[sent:]
        if unsent[0].note and tries == unsent[0].tries:
            failed = unsent.pop(0)
            target.silent(self.now)
            self.again(failed, failed.note, PAUSE)
        target.queue.extendleft(reversed(unsent))
        return False

    def _next_burst(self, family: int) -> Burst:
        """The sockets take turns, which spreads the source ports that a forger would have to know."""
        bursts = self._bursts.setdefault(family, deque())
        if len(bursts) < self._settings.source_ports:
            bursts.appendleft(self._burst(family, recurse=self.way.recurse))
            self._selector.register(bursts[0], selectors.EVENT_READ, bursts[0])
        bursts.rotate(-1)
        return bursts[-1]

    # --- answers ------------------------------------------------------------------------------------------------

    def _receive(self, wait: float) -> bool:
        right: list[Asking] = []
        rest: list[Heard] = []
        more = False
        for key, _ in self._selector.select(wait):
            if isinstance(key.data, self._burst):
                more = key.data.receive(right, rest) or more
            else:
                self._streams.turn(key.data)
        self._under_way -= len(right) + len(rest)
        for asking in right:
            self._answered(asking)
            asking.owner.right(asking)
        for asking, data in rest:
            self._answered(asking)
            self._heard(asking, data)
        return more

    @staticmethod
    def _answered(asking: Asking) -> None:
        server = asking.server
        if server is not None:
            server.under_way -= 1
            server.answered += 1
            server.silent_in_a_row = 0

    def _heard(self, asking: Asking, data: bytes) -> None:
        """An answer over UDP: cut short or in other letters than asked is asked again over TCP."""
        if asking.server is not None and (
            data[2] & 2 or (data[4:6] != b"\0\0" and data[12 : 12 + len(asking.question)] != asking.question)
        ):
            self._streams.add(asking, self.way.recurse)
        else:
            self._heard_whole(asking, data)

    def _heard_whole(self, asking: Asking, data: bytes) -> None:
        why = trouble(data) or _extended_trouble(data)
        if why:
            self._troubled(asking, why)
        elif not self.way.heard(asking, data, self.now):
            asking.owner.heard(asking, data)

    def _troubled(self, asking: Asking, why: str) -> None:
        server = asking.server
        if server is not None and why in DISLIKES_EDNS and not (asking.plain or server.plain):
            server.plain = asking.plain = True
        elif server is not None:
            server.answered -= 1
            server.troubled += 1
        self.again(asking, why, PAUSE * 2**asking.tries if why == "SERVFAIL" else 0.0)

    def _sweep(self) -> None:
        """Whoever waited long enough: the FIFO of each try is sorted by itself, as all its waits are equally long."""
        for fifo in self._fifos:
            while fifo and fifo[0][0] <= self.now:
                _, burst, ids, stamp = fifo.popleft()
                late = burst.expire(ids, stamp)
                self._under_way -= len(late)
                for asking in late:
                    if asking.server is not None:
                        asking.server.under_way -= 1
                        asking.server.troubled += 1
                        asking.server.silent(self.now)
                    self.again(asking, "timeout")

    def _close(self) -> None:
        self._streams.close()
        for bursts in self._bursts.values():
            for burst in bursts:
                burst.close()
        self._selector.close()


def _extended_trouble(data: bytes) -> str:
    """BADVERS says NOERROR in the header; the rest of its code is in the OPT record (RFC 6891 section 6.1.3)."""
    if data[3] & 0xF or data[6:10] != b"\0\0\0\0" or data[10:12] == b"\0\0":
        return ""
    try:
        rcode = decode(data).rcode
    except (MalformedMessageError, ValueError):
        return "MALFORMED"
    return "" if rcode == "NOERROR" else rcode

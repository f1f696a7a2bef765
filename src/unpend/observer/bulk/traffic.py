"""Questions on their way: the queues of the servers, whose turn it is, the sockets, and who has waited too long."""

from __future__ import annotations

import heapq
import selectors
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import islice

from unpend.observer.bulk.asking import Asking
from unpend.observer.bulk.burst import Bursts, Heard
from unpend.observer.bulk.half import Half
from unpend.observer.bulk.settings import BulkSettings
from unpend.observer.bulk.target import Target

Entry = tuple[float, Bursts, bytes, int]


@dataclass(slots=True)
class Answers:
    """What came in one turn, from all sockets."""

    right: list[Asking] = field(default_factory=list)
    absent: list[Asking] = field(default_factory=list)
    rest: list[Heard] = field(default_factory=list)


class Traffic:
    """At most `window` questions are under way. Servers with something to send take turns, a burst each."""

    def __init__(self, settings: BulkSettings, selector: selectors.BaseSelector, recurse: bool, half: Half) -> None:
        self._settings = settings
        self._selector = selector
        self._recurse = recurse
        self._half = half
        self._bursts: dict[int, deque[Bursts]] = {}
        self._ready: deque[Target] = deque()
        self._resting: list[tuple[float, int, Target]] = []
        self._fifos: list[deque[Entry]] = [deque() for _ in range(settings.tries)]
        self._under_way = 0
        self._count = 0
        self.sent = 0
        self.failed: list[Asking] = []

    def queue(self, askings: Sequence[Asking], target: Target) -> None:
        """Send these when it is the server's turn."""
        (target.again if askings[0].tries else target.queue).extend(askings)
        if not target.scheduled:
            target.scheduled = True
            self._ready.append(target)

    def next_event(self) -> list[float]:
        """When a question will have waited long enough, and when a resting server may be asked again."""
        heads = [fifo[0][0] for fifo in self._fifos if fifo]
        return [*heads, self._resting[0][0]] if self._resting else heads

    # --- out ----------------------------------------------------------------------------------------------------

    def send(self, now: float) -> bool:
        """A burst for each server that may be asked, in turn; True if more could be sent at once."""
        while self._resting and self._resting[0][0] <= now:
            self._ready.append(heapq.heappop(self._resting)[2])
        for _ in range(len(self._ready)):
            room = self._settings.window - self._under_way
            if room <= 0:
                return False
            target = self._ready.popleft()
            count = min(target.allowance(now), room)
            if count > 0 and not self._send_to(target, count, now):
                self._ready.append(target)
                return False
            self._reschedule(target, now)
        return bool(self._ready) and any(t.room(now) > 0 for t in islice(self._ready, 4))

    def _reschedule(self, target: Target, now: float) -> None:
        if not (target.queue or target.again):
            target.scheduled = False
        elif target.short_of_tokens:
            self._count += 1
            heapq.heappush(self._resting, (target.next_token(now), self._count, target))
        else:
            self._ready.append(target)

    def _send_to(self, target: Target, count: int, now: float) -> bool:
        """Send the heads of its queues; False if the socket is full."""
        if target.again:
            alike: dict[tuple[int, bool], list[Asking]] = {}
            for asking in _heads(target.again, count):
                count -= 1
                alike.setdefault((asking.tries, asking.plain or target.plain), []).append(asking)
            went = [self._send_alike(target, each, tries, plain, now) for (tries, plain), each in alike.items()]
            if not (count and all(went)):
                return all(went)
        batch = _heads(target.queue, count)
        return not batch or self._send_alike(target, batch, 0, target.plain, now)

    def _send_alike(self, target: Target, batch: list[Asking], tries: int, plain: bool, now: float) -> bool:
        burst = self._next_burst(target.family)
        self._count += 1
        ids = burst.send(target, batch, self._count, not plain)
        sent = len(ids) // 2
        target.spend(sent)
        self._under_way += sent
        self.sent += sent
        if sent:
            wait = self._settings.timeout * self._settings.patience**tries
            self._fifos[tries].append((now + wait, burst, ids, self._count))
        if sent == len(batch):
            return True
        unsent = batch[sent:]
        if burst.problem:
            unsent[0].note, burst.problem = burst.problem, ""
            self.failed.append(unsent.pop(0))
        (target.again if tries else target.queue).extendleft(reversed(unsent))
        return False

    def _next_burst(self, family: int) -> Bursts:
        """The sockets take turns, which spreads the source ports that a forger would have to know."""
        bursts = self._bursts.setdefault(family, deque())
        if len(bursts) < self._settings.source_ports:
            bursts.appendleft(self._half.burst(family, self._recurse))
            self._selector.register(bursts[0], selectors.EVENT_READ, bursts[0])
        bursts.rotate(-1)
        return bursts[-1]

    # --- in -----------------------------------------------------------------------------------------------------

    def receive(self, burst: Bursts, heard: Answers) -> bool:
        """What has come on one socket; True if more may wait there."""
        right, absent, rest = len(heard.right), len(heard.absent), len(heard.rest)
        more = burst.receive(heard.right, heard.absent, heard.rest)
        self._count_answers(heard.right[right:])
        self._count_answers(heard.absent[absent:])
        self._count_answers([asking for asking, _ in heard.rest[rest:]])
        return more

    def _count_answers(self, askings: list[Asking]) -> None:
        self._under_way -= len(askings)
        for server, count in self._half.tally(askings):
            if server is not None:
                server.answers(count)

    def late(self, now: float) -> list[Asking]:
        """Whoever waited long enough: the FIFO of each try is sorted by itself, as all its waits are equally long."""
        found: list[Asking] = []
        for fifo in self._fifos:
            while fifo and fifo[0][0] <= now:
                _, burst, ids, stamp = fifo.popleft()
                found += burst.expire(ids, stamp)
        self._under_way -= len(found)
        for asking in found:
            if asking.server is not None:
                asking.server.under_way -= 1
                asking.server.silent(now)
        return found

    def close(self) -> None:
        """Close the sockets, and let go of what was to be sent: questions in C and their servers would hold each other."""
        for target in (*self._ready, *(target for _, _, target in self._resting)):
            target.queue.clear()
            target.again.clear()
        for bursts in self._bursts.values():
            for burst in bursts:
                burst.close()


def _heads(queue: deque[Asking], most: int) -> list[Asking]:
    return [queue.popleft() for _ in range(min(most, len(queue)))]

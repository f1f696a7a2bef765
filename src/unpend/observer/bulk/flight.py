"""The loop of a bulk look-up: subjects in, questions out in bursts, answers matched, verdicts out.

One thread, no timer and no future a question. What a question is and who answers it is the business of its owner
(`opened.py`) and of the way (`by_resolvers.py`, `by_delegations.py`).
"""

from __future__ import annotations

import heapq
import random
import selectors
import time
from collections.abc import Generator, Iterable, Iterator, Sequence
from typing import Protocol

from unpend.observer.bulk.accelerate import MakeBurst, make_burst
from unpend.observer.bulk.asking import Asking
from unpend.observer.bulk.burst import Heard
from unpend.observer.bulk.judge import trouble
from unpend.observer.bulk.opened import Opened
from unpend.observer.bulk.settings import BulkSettings
from unpend.observer.bulk.streams import Stream, Streams
from unpend.observer.bulk.subject import FastVerdict, Subject
from unpend.observer.bulk.target import Target
from unpend.observer.bulk.traffic import Traffic
from unpend.observer.wire.message import decode, mixed
from unpend.observer.wire.names import MalformedMessageError

TAKEN_AT_ONCE = 256
LONGEST_WAIT = 0.5
PAUSE = 0.1
DISLIKES_EDNS = frozenset({"FORMERR", "NOTIMP", "BADVERS"})


class Ended:
    """The end of the input."""


END = Ended()


class Way(Protocol):
    """How a question finds a server. `place` gives the target for this try, or None where the way has taken over."""

    recurse: bool

    def place(self, asking: Asking, now: float) -> Target | None: ...

    def heard(self, asking: Asking, data: bytes, now: float) -> bool: ...


class Flight:
    """One run. `batches` may be called once; it holds at most `settings.backlog` questions whatever the input's length."""

    def __init__(self, settings: BulkSettings, way: Way, make: MakeBurst | None = None) -> None:
        self._settings = settings
        self.way = way
        self._selector = selectors.DefaultSelector()
        self._traffic = Traffic(settings, self._selector, way.recurse, make or make_burst())
        self._streams = Streams(self._selector, settings.timeout * 2, self._heard_whole, self.again)
        self._later: list[tuple[float, int, Asking]] = []
        self._count = 0
        self._ended = False
        self.held = 0
        self.done: list[FastVerdict] = []
        self.now = time.monotonic()
        self.mixes_case = settings.mixed_case
        self._random = random.SystemRandom()

    def batches(self, subjects: Iterable[Subject | None]) -> Generator[list[FastVerdict], None, None]:
        """Verdicts as they come to stand, in batches. While nobody takes them, nothing is sent.

        None among the subjects says that there is none just now.
        """
        source = iter(subjects)
        try:
            while True:
                self.now = time.monotonic()
                self._take_in(source)
                if self._ended and not self.held and not self.done:
                    return
                self._turn()
                if self.done:
                    verdicts, self.done = self.done, []
                    yield verdicts
        finally:
            self._close()

    def _take_in(self, source: Iterator[Subject | None]) -> None:
        most = min(self._settings.backlog, self.held + TAKEN_AT_ONCE)
        while self.held < most:
            subject = next(source, END)
            if subject is None:
                return
            if isinstance(subject, Ended):
                self._ended = True
                return
            Opened(self, subject).begin()

    def _turn(self) -> None:
        while self._later and self._later[0][0] <= self.now:
            self.ask(heapq.heappop(self._later)[2])
        more_to_send = self._traffic.send(self.now)
        while self._traffic.failed:
            failed = self._traffic.failed.pop()
            self.again(failed, failed.note, PAUSE)
        more_to_read = self._receive(0.0 if more_to_send or self.done else self._idle())
        self.now = time.monotonic()
        self._streams.sweep(self.now)
        if not more_to_read:
            for asking in self._traffic.late(self.now):
                self.again(asking, "timeout")

    def _idle(self) -> float:
        """How long nothing will happen unless an answer comes."""
        heads = self._traffic.next_event()
        if self._later:
            heads.append(self._later[0][0])
        if self._streams.busy:
            heads.append(self.now + 0.05)
        return max(0.0, min([LONGEST_WAIT, *(head - self.now for head in heads)]))

    # --- questions on their way ---------------------------------------------------------------------------------

    def spelled(self, question: bytes) -> bytes:
        """The question in random upper and lower case (0x20)."""
        return mixed(question[:-4], self._random) + question[-4:]

    def ask(self, asking: Asking) -> None:
        """Put a question into the queue of the server whose turn it is."""
        target = self.way.place(asking, self.now)
        if target is not None:
            self._traffic.queue((asking,), target)

    def ask_together(self, askings: Sequence[Asking]) -> None:
        """Put the questions of one subject to the same resolver."""
        target = self.way.place(askings[0], self.now)
        if target is None:
            for asking in askings[1:]:
                self.ask(asking)
        else:
            self._traffic.queue(askings, target)

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

    # --- answers ------------------------------------------------------------------------------------------------

    def _receive(self, wait: float) -> bool:
        right: list[Asking] = []
        rest: list[Heard] = []
        more = False
        for key, _ in self._selector.select(wait):
            if isinstance(key.data, Stream):
                self._streams.turn(key.data)
            else:
                more = self._traffic.receive(key.data, right, rest) or more
        for asking in right:
            asking.owner.right(asking)
        for asking, data in rest:
            self._heard(asking, data)
        return more

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

    def _close(self) -> None:
        self._streams.close()
        self._traffic.close()
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

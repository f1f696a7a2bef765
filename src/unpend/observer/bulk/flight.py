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

from unpend.observer.bulk.asking import Asking
from unpend.observer.bulk.half import Half, chosen
from unpend.observer.bulk.judge import trouble
from unpend.observer.bulk.opened import Spell
from unpend.observer.bulk.settings import BulkSettings
from unpend.observer.bulk.streams import Stream, Streams
from unpend.observer.bulk.subject import FastVerdict, Subject
from unpend.observer.bulk.target import Target
from unpend.observer.bulk.traffic import Answers, Traffic
from unpend.observer.wire.message import decode, mixed
from unpend.observer.wire.names import MalformedMessageError

TAKEN_AT_ONCE = 256
LONGEST_WAIT = 0.5
PAUSE = 0.1
DISLIKES_EDNS = frozenset({"FORMERR", "NOTIMP", "BADVERS"})


class Way(Protocol):
    """How a question finds a server. `place` gives the target for this try, or None where the way has taken over.

    `alike` puts together those of many first questions that may as well go to the same server.
    """

    recurse: bool

    def place(self, asking: Asking, now: float) -> Target | None: ...

    def alike(self, askings: Sequence[Asking]) -> Iterator[Sequence[Asking]]: ...

    def heard(self, asking: Asking, data: bytes, now: float) -> bool: ...


class Flight:
    """One run. `batches` may be called once; it holds at most `settings.backlog` questions whatever the input's length."""

    def __init__(self, settings: BulkSettings, way: Way, half: Half | None = None) -> None:
        self._settings = settings
        self.way = way
        self._selector = selectors.DefaultSelector()
        half = half or chosen()
        self._traffic = Traffic(settings, self._selector, way.recurse, half)
        self._lane = half.lane(way.recurse, _speller() if settings.mixed_case else None)
        self._streams = Streams(self._selector, settings.timeout * 2, self._heard_whole, self.again)
        self._later: list[tuple[float, int, Asking]] = []
        self._count = 0
        self.now = time.monotonic()

    def batches(self, subjects: Iterable[Subject | None]) -> Generator[list[FastVerdict], None, None]:
        """Verdicts as they come to stand, in batches. While nobody takes them, nothing is sent.

        None among the subjects says that there is none just now.
        """
        source, lane = iter(subjects), self._lane
        try:
            while True:
                self.now = time.monotonic()
                if not lane.ended:
                    self._ask_all(lane.open(source, min(self._settings.backlog, lane.held + TAKEN_AT_ONCE)))
                if lane.ended and not lane.held and not lane.done:
                    return
                self._turn()
                if lane.done:
                    verdicts, lane.done = lane.done, []
                    yield verdicts
        finally:
            self._close()

    def _turn(self) -> None:
        while self._later and self._later[0][0] <= self.now:
            self.ask(heapq.heappop(self._later)[2])
        follow, self._lane.follow = self._lane.follow, []
        for askings in follow:
            self._ask_all(askings)
        more_to_send = self._traffic.send(self.now)
        while self._traffic.failed:
            failed = self._traffic.failed.pop()
            self.again(failed, failed.note, PAUSE)
        more_to_read = self._receive(0.0 if more_to_send or self._lane.done else self._idle())
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

    def ask(self, asking: Asking) -> None:
        """Put a question into the queue of the server whose turn it is."""
        target = self.way.place(asking, self.now)
        if target is not None:
            self._traffic.queue((asking,), target)

    def _ask_all(self, askings: Sequence[Asking]) -> None:
        """Many first questions; the way says which of them go together."""
        for group in self.way.alike(askings):
            first, *others = group
            target = self.way.place(first, self.now)
            if target is None:
                for asking in others:
                    self.ask(asking)
                continue
            if not self.way.recurse:
                for asking in others:
                    asking.zone = first.zone
            self._traffic.queue(group, target)

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
        heard = Answers()
        more = False
        for key, _ in self._selector.select(wait):
            if isinstance(key.data, Stream):
                self._streams.turn(key.data)
            else:
                more = self._traffic.receive(key.data, heard) or more
        self._lane.right(heard.right)
        self._lane.absent(heard.absent)
        for asking, data in heard.rest:
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


def _speller() -> Spell:
    """Spells questions in random upper and lower case (0x20)."""
    source = random.SystemRandom()
    return lambda question: mixed(question[:-4], source) + question[-4:]


def _extended_trouble(data: bytes) -> str:
    """BADVERS says NOERROR in the header; the rest of its code is in the OPT record (RFC 6891 section 6.1.3)."""
    if data[3] & 0xF or data[6:10] != b"\0\0\0\0" or data[10:12] == b"\0\0":
        return ""
    try:
        rcode = decode(data).rcode
    except (MalformedMessageError, ValueError):
        return "MALFORMED"
    return "" if rcode == "NOERROR" else rcode

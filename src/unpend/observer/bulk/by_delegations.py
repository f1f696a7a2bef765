"""The way straight to the authoritative servers: from the deepest zone known, down by referrals."""

from __future__ import annotations

from collections import OrderedDict, deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from math import inf
from typing import TYPE_CHECKING
from weakref import WeakValueDictionary

from unpend.model.names import is_under
from unpend.model.records import Record
from unpend.observer.bulk.asking import Asking, Owner
from unpend.observer.bulk.settings import BulkSettings
from unpend.observer.bulk.subject import wire_name
from unpend.observer.bulk.target import Target
from unpend.observer.wire.message import Answer, decode
from unpend.observer.wire.names import MalformedMessageError, read_name

if TYPE_CHECKING:
    from unpend.observer.bulk.flight import Flight

ROOT = b"\0"
A_IN = b"\0\1\0\1"
REFERRALS = 12
NAMES_LIMIT = 8
LOOKED_UP_AT_ONCE = 3
ADDRESSES_LIMIT = 8
DEPTH_LIMIT = 4
LONGEST = 86_400.0
SHORTEST = 30.0
SEARCH_PAUSE = 0.2


@dataclass(slots=True, eq=False)
class Cut:
    """A zone and its servers. While `searching` is above 0 their addresses are being looked up and questions wait."""

    zone: bytes
    expires: float
    targets: list[Target] = field(default_factory=list)
    names: deque[str] = field(default_factory=deque)
    searching: int = 0
    waiting: list[Asking] = field(default_factory=list)


class Search(Owner):
    """The look-up of a name server's address, on behalf of a zone cut."""

    __slots__ = ("_cut", "_way", "depth")

    def __init__(self, way: ByDelegations, cut: Cut, depth: int) -> None:
        self._way = way
        self._cut = cut
        self.depth = depth

    def heard(self, asking: Asking, data: bytes) -> None:
        """The addresses, or that there are none."""
        try:
            answer = decode(data).sections[0]
        except (MalformedMessageError, ValueError):
            answer = ()
        self._way.found(self._cut, [r.value for r in answer if r.type == "A"], self.depth)

    def unheard(self, asking: Asking, why: str) -> None:
        """Nobody said it."""
        self._way.found(self._cut, [], self.depth)


class ByDelegations:
    """Knows the zone cuts that all subjects of one process share; the least recently used are forgotten first."""

    recurse = False

    def __init__(self, settings: BulkSettings) -> None:
        self._settings = settings
        self._targets: WeakValueDictionary[str, Target] = WeakValueDictionary()
        self._cuts: OrderedDict[bytes, Cut] = OrderedDict()
        addresses = [a for _, known in settings.root_hints for a in known if ":" not in a]
        self._root = Cut(
            ROOT, inf, self._as_targets(addresses or [a for _, known in settings.root_hints for a in known])
        )
        self._turn = 0
        self._flight: Flight | None = None

    def join(self, flight: Flight) -> None:
        """The flight that sends what this way wants to know."""
        self._flight = flight

    def __len__(self) -> int:
        return len(self._cuts)

    # --- where to ask -------------------------------------------------------------------------------------------

    def place(self, asking: Asking, now: float) -> Target | None:
        """A server of the deepest zone known that holds the name."""
        cut = self._deepest(asking.question[:-4].lower(), now)
        asking.zone = cut.zone
        if cut.searching and not cut.targets:
            self._wait(asking, cut)
            return None
        count = len(cut.targets)
        if asking.tries == 0:
            self._turn += 1
        for step in range(count):
            target = cut.targets[(self._turn + asking.tries + step) % count]
            if not target.dead(now):
                return target
        asking.owner.unheard(asking, asking.note or ("timeout" if count else "no address of any name server"))
        return None

    def alike(self, askings: Sequence[Asking]) -> Iterator[Sequence[Asking]]:
        """Names that differ in nothing but the first label are in the same zone; where one is cut off, a referral says so."""
        return (list(group) for _, group in groupby(askings, key=_behind_the_first_label))

    def _wait(self, asking: Asking, cut: Cut) -> None:
        """Until an address is found. A search does not wait for another, which may wait for it: it comes again."""
        if not isinstance(asking.owner, Search):
            cut.waiting.append(asking)
        elif asking.referrals < REFERRALS:
            asking.referrals += 1
            self._joined().later(asking, SEARCH_PAUSE)
        else:
            asking.owner.unheard(asking, "no address of any name server")

    def _deepest(self, name: bytes, now: float) -> Cut:
        at = 0
        while name[at]:
            cut = self._cuts.get(name[at:])
            if cut is not None:
                if cut.expires > now or cut.searching:
                    self._cuts.move_to_end(cut.zone)
                    return cut
                del self._cuts[cut.zone]
            at += name[at] + 1
        return self._root

    # --- referrals ----------------------------------------------------------------------------------------------

    def heard(self, asking: Asking, data: bytes, now: float) -> bool:
        """Follow a referral; an answer without authority that leads nowhere is a lame server's."""
        if data[2] & 4:
            return False
        flight = self._joined()
        below = self._referral(asking, data)
        if below is None or asking.referrals >= REFERRALS:
            flight.again(asking, "lame")
            return True
        asking.referrals += 1
        asking.tries = 0
        self._learn(*below, now, self._depth(asking))
        flight.ask(asking)
        return True

    def _referral(self, asking: Asking, data: bytes) -> tuple[str, bytes, Answer, str] | None:
        """The zone that is referred to: below the one asked, above the name or the name itself."""
        try:
            answer = decode(data)
            name, here = read_name(asking.question, 0)[0], read_name(asking.zone, 0)[0]
        except (MalformedMessageError, ValueError):
            return None
        owners = [r.name for r in answer.sections[1] if r.type == "NS"]
        if not owners or answer.sections[0] or owners[0] == here:
            return None
        zone = owners[0]
        return (zone, wire_name(zone), answer, here) if is_under(zone, here) and is_under(name, zone) else None

    def _learn(self, zone: str, wire: bytes, answer: Answer, here: str, now: float, depth: int) -> None:
        if wire in self._cuts:
            return
        ns = [r for r in answer.sections[1] if r.type == "NS" and r.name == zone]
        names = list(dict.fromkeys(r.value for r in ns))[:NAMES_LIMIT]
        glue = self._glue(answer.sections[2], {n for n in names if is_under(n, here)})
        cut = Cut(wire, now + min(LONGEST, max(SHORTEST, ns[0].ttl)), self._as_targets(glue))
        self._cuts[wire] = cut
        while len(self._cuts) > self._settings.delegations:
            self._cuts.popitem(last=False)
        if not cut.targets:
            cut.names.extend(names)
            self._search(cut, depth + 1)

    def _glue(self, additional: tuple[Record, ...], believed: set[str]) -> list[str]:
        """Glue is believed only for names that the answering server's zone may speak of (RFC 5452 section 6)."""
        found = [r for r in additional if r.name in believed]
        fours = [r.value for r in found if r.type == "A"]
        return fours or [r.value for r in found if r.type == "AAAA" and self._settings.ipv6]

    # --- addresses of name servers ------------------------------------------------------------------------------

    def _search(self, cut: Cut, depth: int) -> None:
        """Look up a few of its servers' addresses; the first that is found sets the waiting questions free."""
        batch = [cut.names.popleft() for _ in range(min(LOOKED_UP_AT_ONCE, len(cut.names)))]
        if depth > DEPTH_LIMIT:
            batch = []
        cut.searching += len(batch)
        if not batch:
            self._set_free(cut)
        for name in batch:
            try:
                question = wire_name(name) + A_IN
            except ValueError:
                self.found(cut, [], depth)
                continue
            self._joined().ask(Asking(Search(self, cut, depth), 0, question))

    def found(self, cut: Cut, addresses: list[str], depth: int) -> None:
        """One look-up ended."""
        cut.searching -= 1
        cut.targets.extend(self._as_targets(addresses))
        if cut.targets:
            self._set_free(cut)
        elif not cut.searching:
            self._search(cut, depth)

    def _set_free(self, cut: Cut) -> None:
        waiting, cut.waiting = cut.waiting, []
        if not cut.targets:
            cut.expires = min(cut.expires, self._joined().now + SHORTEST)
        for asking in waiting:
            self._joined().ask(asking)

    def _as_targets(self, addresses: list[str]) -> list[Target]:
        return [self._target(address) for address in dict.fromkeys(addresses[:ADDRESSES_LIMIT])]

    def _target(self, address: str) -> Target:
        """One target an address, whichever zones it serves: the stated rate is the server's, not the zone's."""
        target = self._targets.get(address)
        if target is None:
            target = Target(address, self._settings.port, self._settings.rate, self._settings.server_window)
            self._targets[address] = target
        return target

    @staticmethod
    def _depth(asking: Asking) -> int:
        return asking.owner.depth if isinstance(asking.owner, Search) else 0

    def _joined(self) -> Flight:
        if self._flight is None:
            raise RuntimeError("join a flight first")
        return self._flight


def _behind_the_first_label(asking: Asking) -> bytes:
    question = asking.question
    return question[question[0] + 1 : -4]

"""What many looks of one process have in common: the registries' delegations, name servers' addresses, common targets.

Only conclusive answers are kept, as long as their TTL allows and never longer than five minutes. None is about the
domain that is looked at: what is said of that one is asked anew each time. What is remembered stays a true observation,
with the time at which it was heard.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from unpend.model.observation import NameServer, ZoneCut
from unpend.model.records import Exchange, Outcome, Probe, Server

LONGEST = 300.0
ENTRIES = 4096
K = TypeVar("K")
V = TypeVar("V")


@dataclass(frozen=True, slots=True)
class Known(Generic[V]):
    """Something that was worked out, and the exchanges that showed it."""

    value: V
    shown_by: tuple[Exchange, ...]
    until: float


class Shelf(Generic[K, V]):
    """One kind of knowledge, bounded: where it is full, the oldest entry goes."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._entries: dict[K, Known[V]] = {}

    def get(self, key: K) -> Known[V] | None:
        """What is known and not yet too old."""
        known = self._entries.get(key)
        if known is None or known.until > self._clock():
            return known
        del self._entries[key]
        return None

    def keep(self, key: K, value: V, shown_by: Sequence[Exchange]) -> None:
        """Remember it as long as the least of these answers may be remembered; at once forgotten where one may not."""
        lasts = min((_lasts(exchange) for exchange in shown_by), default=0.0)
        if lasts <= 0:
            return
        if len(self._entries) >= ENTRIES:
            del self._entries[next(iter(self._entries))]
        self._entries[key] = Known(value, tuple(shown_by), self._clock() + lasts)


class Memory:
    """Shared by looks at the same world. Zone cuts by apex, name servers by name, resolvers' answers by probe."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self.cuts: Shelf[str, ZoneCut] = Shelf(clock)
        self.nameservers: Shelf[str, NameServer] = Shelf(clock)
        self.answers: Shelf[tuple[Server, Probe], Exchange] = Shelf(clock)


def _lasts(exchange: Exchange) -> float:
    """How many seconds an answer may be remembered (RFC 2181 section 8, RFC 2308 section 5)."""
    if not exchange.outcome.conclusive or exchange.tc:
        return 0.0
    ttls = [r.ttl for r in (*exchange.answer, *exchange.authority)]
    if exchange.outcome is Outcome.REFERRAL:
        ttls += [r.ttl for r in exchange.additional]
    if exchange.soa is not None:
        ttls.append(int(exchange.soa.value.split()[6]))
    return min([*ttls, LONGEST]) if ttls else 0.0

"""A server that is asked: its queue, the rate that it is spared above, and whether it is alive."""

from __future__ import annotations

import socket
from collections import deque
from dataclasses import dataclass, field
from math import inf

from unpend.observer.bulk.asking import Asking

BURST = 64
PERIOD = 1.0
TROUBLE_SHARE = 0.1
TROUBLE_LEAST = 5
LOWERED_BY = 0.5
RAISED_BY = 1.25
SLOWEST = 1.0
DEAD_AFTER = 20
DEAD_SPAN = 3.0
DEAD_FOR = 10.0
PROBES = 8


@dataclass(slots=True, eq=False, weakref_slot=True)
class Target:
    """`rate` is the stated rate, `pace` what is sent now: lowered by trouble, raised again by its absence.

    `source` is what the kernel calls the sender of its answers. `plain` is learnt: it does not bear EDNS.
    `queue` holds first tries, `again` the further ones, which go first.
    """

    address: str
    port: int
    rate: float
    window: int
    pace: float = 0.0
    tokens: float = 1.0
    filled_at: float = 0.0
    under_way: int = 0
    answered: int = 0
    troubled: int = 0
    period_ends: float = 0.0
    silent_in_a_row: int = 0
    silent_since: float = 0.0
    dead_until: float = 0.0
    plain: bool = False
    scheduled: bool = False
    queue: deque[Asking] = field(default_factory=deque)
    again: deque[Asking] = field(default_factory=deque)
    family: int = socket.AF_INET
    source: tuple[str, int] = ("", 0)

    def __post_init__(self) -> None:
        self.pace = self.rate
        self.family = socket.AF_INET6 if ":" in self.address else socket.AF_INET
        canonical = socket.inet_ntop(self.family, socket.inet_pton(self.family, self.address))
        self.source = (canonical, self.port)

    def allowance(self, now: float) -> int:
        """How many questions may go now: tokens, the server's window, a burst."""
        if now >= self.period_ends:
            self._review(now)
        most = min(BURST, self.room(now))
        if self.pace == inf:
            return most
        capacity = max(1.0, min(self.pace * 0.05, BURST))
        self.tokens = min(capacity, self.tokens + (now - self.filled_at) * self.pace)
        self.filled_at = now
        return min(most, int(self.tokens))

    def room(self, now: float) -> int:
        """How many more may be under way."""
        return (PROBES if now < self.dead_until else self.window) - self.under_way

    def spend(self, count: int) -> None:
        """These many were sent."""
        self.tokens -= count
        self.under_way += count

    @property
    def short_of_tokens(self) -> bool:
        """Whether only time lets it be asked again."""
        return self.pace != inf and self.tokens < 1

    def next_token(self, now: float) -> float:
        """When the next question may go."""
        return now if self.pace == inf else now + max(0.0, 1.0 - self.tokens) / self.pace

    # --- trouble ------------------------------------------------------------------------------------------------

    def _review(self, now: float) -> None:
        """Once a period: a share of trouble halves the pace, a period without lets it grow again.

        A share, because one domain's SERVFAIL or one lost packet says nothing about how a server bears our rate. Who
        states no rate (for a resolver of their own) wants none.
        """
        if self.rate == inf:
            return
        asked = self.answered + self.troubled
        if self.troubled >= TROUBLE_LEAST and self.troubled > asked * TROUBLE_SHARE:
            self.pace = max(SLOWEST, min(self.pace, asked / PERIOD) * LOWERED_BY)
        elif self.pace < self.rate:
            self.pace = min(self.rate, self.pace * RAISED_BY)
        self.answered = self.troubled = 0
        self.period_ends = now + PERIOD

    def silent(self, now: float) -> None:
        """One more try without an answer. After twenty in a row over some seconds hardly anybody waits for this server.

        Over some seconds, because twenty at once are only one moment: of the server, of the line or of this machine.
        """
        self.troubled += 1
        if self.silent_in_a_row == 0:
            self.silent_since = now
        self.silent_in_a_row += 1
        if self.silent_in_a_row >= DEAD_AFTER and now - self.silent_since >= DEAD_SPAN:
            self.dead_until = now + DEAD_FOR

    def answers(self, count: int = 1) -> None:
        """It gave so many answers."""
        self.under_way -= count
        self.answered += count
        if self.silent_in_a_row:
            self.silent_in_a_row = 0
            self.dead_until = 0.0

    def dead(self, now: float) -> bool:
        """Whether it is not worth waiting for now. A few questions still find out when it comes back."""
        return now < self.dead_until and self.under_way >= PROBES

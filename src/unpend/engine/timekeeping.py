"""The worker's eye on the clock: it may be set wrong, and set right, while states, looks and webhooks hang on it.

The wall clock is compared with the steady one, which nobody can set. The time in which nobody worked counts like a jump:
whether the machine was off or its clock was set ahead cannot be told apart, and no domain was looked at in either.
"""

from __future__ import annotations

import logging

from unpend.engine.clock import JUMP, Clock
from unpend.lifecycle import HOUR, WINDOW
from unpend.store.connect import Database
from unpend.store.future import bring_back
from unpend.store.settings import set_setting, setting

COMPARED = 60.0
ABSENT = 900.0  # a restart is shorter
WORKED_AT, HELD_UNTIL = "worked_at", "held_until"
log = logging.getLogger(__name__)


class Timekeeping:
    """Compares the clocks of a worker, in real seconds; `wanted` says when. After a jump forward no window ends for as
    long as the jump was (an hour to 72), after one back for an hour."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._next = 0.0
        self._suspected = True

    def wanted(self) -> bool:
        """Whether it is time to compare: at first, once a minute, and at once after a jump."""
        return self._suspected or self._clock.steady() >= self._next or self._clock.jumped() != 0.0

    def keep(self) -> None:
        """Compare, and put right what a wrong clock wrote. Where the database is away, the next call does it."""
        clock, trust = self._clock, self._clock.trust
        absent = self._absence() if trust.ahead is None else 0.0
        ahead = clock.ahead()
        jump, trust.ahead = trust.jump(ahead), ahead
        now = clock.now()  # after the comparison: a jump in between is seen by the next one
        if jump or absent:
            self._suspected = True
            self._hold(jump or absent, now)
            log.warning("%s: no window ends until %.0f", _told(jump, absent), trust.held_until)
        if self._suspected:
            self._put_right(now)
            self._suspected = False
        set_setting(self._database, WORKED_AT, repr(clock.wall()))
        self._next = clock.steady() + COMPARED

    def _absence(self) -> float:
        """At the start: how long nobody has worked, where that is long. What was held goes on being held."""
        held = float(setting(self._database, HELD_UNTIL) or 0.0)
        self._clock.trust.held_until = held if held <= self._clock.now() + WINDOW else 0.0
        worked_at = float(setting(self._database, WORKED_AT) or self._clock.wall())
        absent = self._clock.wall() - worked_at
        return absent if absent > ABSENT or absent < -JUMP else 0.0

    def _hold(self, jump: float, now: float) -> None:
        """A clock that is set right again ends what the wrong one had begun."""
        trust, length = self._clock.trust, jump * self._clock.scale
        left = trust.held_until - now if jump > 0 else 0.0  # already without the jump, which is added below
        trust.held_until = now + min(max(left + length, length, HOUR), WINDOW)

    def _put_right(self, now: float) -> None:
        set_setting(self._database, HELD_UNTIL, repr(self._clock.trust.held_until))
        moved = bring_back(self._database, now, JUMP * self._clock.scale)
        if moved:
            log.warning("%s looks, diagnoses and webhooks that lay in the future are brought back", moved)


def _told(jump: float, absent: float) -> str:
    if jump:
        return f"the clock was set {abs(jump):.0f} s {'ahead' if jump > 0 else 'back'}"
    return (
        f"nobody worked for {absent:.0f} s" if absent > 0 else f"the clock is {-absent:.0f} s behind the last worker's"
    )

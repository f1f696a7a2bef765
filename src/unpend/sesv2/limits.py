"""SES's own limits, for whoever tests a program against them: one call a second, and 10,000 identities in a region. Off unless asked for."""

from __future__ import annotations

from collections.abc import Callable
from threading import Lock

from unpend.sesv2.errors import SesError, limit_exceeded, too_many_requests
from unpend.sesv2.gate import Caller

PAUSE = 1.0
MOST_IDENTITIES = 10_000
MOST_REMEMBERED = 10_000
Called = tuple[str, str, str]


class Limits:
    """What each account has called in each region lately. In real seconds: `--time-scale` shortens windows, not a program's pauses."""

    def __init__(self, identities: int = MOST_IDENTITIES) -> None:
        self._most = identities
        self._last: dict[Called, float] = {}
        self._lock = Lock()

    def admit(self, caller: Caller, operation: str, now: float) -> None:
        """SesError where this operation was admitted less than a second ago; what is refused does not count."""
        called = (caller.account, caller.region, operation)
        with self._lock:
            last = self._last.pop(called, None)
            early = last is not None and 0 <= now - last < PAUSE
            self._last[called] = last if early and last is not None else now
            if len(self._last) > MOST_REMEMBERED:
                del self._last[next(iter(self._last))]
        if early:
            raise too_many_requests()

    def one_more(self, held: Callable[[int], int]) -> None:
        """SesError where the region is full; `held` counts up to a number."""
        if held(self._most) >= self._most:
            raise full(self._most)


def full(most: int) -> SesError:
    """The quota that AWS does not raise."""
    return limit_exceeded(f"There are already {most} identities in this region.")

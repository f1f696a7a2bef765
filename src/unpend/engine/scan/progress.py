"""How far a scan is, how fast, and when it will be done."""

from __future__ import annotations

import time
from collections import Counter, deque
from collections.abc import Callable
from dataclasses import dataclass

WINDOW = 20.0


@dataclass(frozen=True, slots=True)
class State:
    """`share` is how much of the input is judged (None: nobody knows), `eta` seconds until the end."""

    rows: int
    share: float | None
    rate: float
    eta: float | None
    verdicts: Counter[str]


class Progress:
    """Fed with offsets as they get done; the rate is that of the last twenty seconds."""

    def __init__(self, whole: int | None, clock: Callable[[], float] = time.monotonic) -> None:
        self._whole = whole
        self._clock = clock
        self._marks: deque[tuple[float, int, int]] = deque()
        self._offset = 0
        self._rows = 0
        self._verdicts: Counter[str] = Counter()

    def begin(self, rows: int, offset: int) -> None:
        """What was done before counts, but not for the rate."""
        self._rows, self._offset = rows, offset
        self._marks.append((self._clock(), rows, offset))

    def add(self, verdicts: Counter[str], offset: int) -> None:
        """One more segment is done."""
        self._verdicts += verdicts
        self._rows += verdicts.total()
        self._offset = max(self._offset, offset)
        self._marks.append((self._clock(), self._rows, self._offset))
        while len(self._marks) > 2 and self._marks[-1][0] - self._marks[0][0] > WINDOW:
            self._marks.popleft()

    def state(self) -> State:
        """Now."""
        then, rows, offset = self._marks[0]
        passed = max(self._clock() - then, 1e-6)
        pace = (self._offset - offset) / passed
        left = None if self._whole is None else max(0, self._whole - self._offset)
        eta = left / pace if left is not None and pace > 0 else None
        share = None if not self._whole else min(1.0, self._offset / self._whole)
        return State(self._rows, share, (self._rows - rows) / passed, eta, self._verdicts)

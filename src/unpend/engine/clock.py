"""The engine's time: the wall clock, or a faster one for tests of what takes days (`--time-scale`)."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from unpend.model.errors import UsageError
from unpend.model.text import Text

LARGEST_SCALE = 1_000_000.0
BAD_SCALE = Text(
    en="The time scale has to be between 1 and 1,000,000; it is {given}.",
    ja="時間の倍率は 1 から 1,000,000 までで指定してください（指定値: {given}）。",
)


@dataclass(frozen=True, slots=True)
class Clock:
    """`scale` seconds of verification time pass in one real second, `engine_start` at wall time `real_start`.

    Both are kept in the database, so that all processes have the same time and a restart goes on where it was.
    """

    scale: float = 1.0
    real_start: float = 0.0
    engine_start: float = 0.0
    wall: Callable[[], float] = time.time

    def __post_init__(self) -> None:
        if not 1 <= self.scale <= LARGEST_SCALE:
            raise UsageError(BAD_SCALE.fill(given=self.scale))

    def now(self) -> float:
        """Verification time, in Unix seconds."""
        return self.engine_start + (self.wall() - self.real_start) * self.scale

    def at_scale(self, scale: float) -> Clock:
        """A clock of another speed that goes on where this one stands."""
        return Clock(scale, self.wall(), self.now(), self.wall)

    def real(self, seconds: float) -> float:
        """How long `seconds` of verification time really take."""
        return seconds / self.scale

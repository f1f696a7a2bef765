"""The engine's time: the wall clock, or a faster one for tests of what takes days (`--time-scale`)."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field

from unpend.model.errors import UsageError
from unpend.model.text import Text

LARGEST_SCALE = 1_000_000.0
JUMP = 120.0  # real seconds; less than that NTP may do, and it harms nobody
BAD_SCALE = Text(
    en="The time scale has to be between 1 and 1,000,000; it is {given}.",
    ja="時間の倍率は 1 から 1,000,000 までで指定してください（指定値: {given}）。",
)


@dataclass(slots=True)
class Trust:
    """What a worker knows of its wall clock: by how much it was ahead of the steady one when they were last compared, and
    until when (verification time) it ends nothing. Who never compares trusts it."""

    ahead: float | None = None
    held_until: float = 0.0

    def jump(self, ahead: float) -> float:
        """By how many real seconds somebody has set the wall clock since, 0 for what NTP does."""
        jump = 0.0 if self.ahead is None else ahead - self.ahead
        return jump if abs(jump) > JUMP else 0.0


@dataclass(frozen=True, slots=True)
class Clock:
    """`scale` seconds of verification time pass in one real second, `engine_start` at wall time `real_start`.

    Both are kept in the database, so that all processes have the same time and a restart goes on where it was.
    """

    scale: float = 1.0
    real_start: float = 0.0
    engine_start: float = 0.0
    wall: Callable[[], float] = time.time
    steady: Callable[[], float] = time.monotonic
    trust: Trust = field(default_factory=Trust, compare=False)

    def __post_init__(self) -> None:
        if not 1 <= self.scale <= LARGEST_SCALE:
            raise UsageError(BAD_SCALE.fill(given=self.scale))

    def now(self) -> float:
        """Verification time, in Unix seconds."""
        return self.engine_start + (self.wall() - self.real_start) * self.scale

    def at_scale(self, scale: float) -> Clock:
        """A clock of another speed that goes on where this one stands."""
        return Clock(scale, self.wall(), self.now(), self.wall, self.steady, self.trust)

    def real(self, seconds: float) -> float:
        """How long `seconds` of verification time really take."""
        return seconds / self.scale

    def ahead(self) -> float:
        """By how much the wall clock is ahead of the steady one: it changes where somebody sets the clock, and else never."""
        return self.wall() - self.steady()

    def jumped(self) -> float:
        """By how many real seconds somebody has set the clock since the worker last compared; 0 for what NTP does."""
        return self.trust.jump(self.ahead())

    def doubtful(self) -> bool:
        """Whether the time is not to be believed enough to end anything by it: just now, or a while ago, it jumped."""
        return self.jumped() != 0.0 or self.now() < self.trust.held_until

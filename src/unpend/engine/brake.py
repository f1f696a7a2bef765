"""The brake against mass drift: when many verified domains seem lost at once, it is we who are wrong."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field

WINDOW = 600.0
FEWEST = 20
SHARE = 0.25
PAUSE = 600.0


@dataclass(slots=True)
class Brake:
    """Counts what verified domains look like, over ten minutes. Loses its memory with the process, on purpose."""

    looks: deque[tuple[float, int, int]] = field(default_factory=deque)
    until: float = 0.0
    pulled: int = 0

    def note(self, now: float, seen: int, lost: int) -> bool:
        """Note looks at verified domains; whether the brake is on: then nothing that was verified is questioned."""
        self.looks.append((now, seen, lost))
        while self.looks and self.looks[0][0] < now - WINDOW:
            self.looks.popleft()
        seen, lost = sum(each[1] for each in self.looks), sum(each[2] for each in self.looks)
        if lost >= FEWEST and lost > seen * SHARE:
            self.until = now + PAUSE
            self.pulled += 1
        return now < self.until

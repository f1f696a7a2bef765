"""The way through recursive resolvers: they take turns, and the dead ones are left out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from unpend.observer.bulk.asking import Asking
from unpend.observer.bulk.settings import BulkSettings
from unpend.observer.bulk.target import Target

TOGETHER = 24


class ByResolvers:
    """Spreads questions over the resolvers; each further try goes to the next one."""

    recurse = True

    def __init__(self, settings: BulkSettings) -> None:
        self.targets = [Target(r.address, r.port, settings.rate, settings.server_window) for r in settings.resolvers]
        self._turn = 0

    def place(self, asking: Asking, now: float) -> Target | None:
        """The next resolver that is alive; where none is, it waits for the one whose turn it is.

        A dead resolver is asked a few questions at a time, so an outage holds the scan up instead of running through
        the list and calling all of it silent.
        """
        count = len(self.targets)
        if asking.tries == 0:
            self._turn += 1
        for step in range(count):
            target = self.targets[(self._turn + asking.tries + step) % count]
            if not target.dead(now):
                return target
        return self.targets[(self._turn + asking.tries) % count]

    def alike(self, askings: Sequence[Asking]) -> Iterator[Sequence[Asking]]:
        """A few dozen at a time."""
        return (askings[at : at + TOGETHER] for at in range(0, len(askings), TOGETHER))

    def heard(self, asking: Asking, data: bytes, now: float) -> bool:
        """A resolver's answer is the whole answer."""
        return False

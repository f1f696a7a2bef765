"""A subject whose questions are on their way."""

from __future__ import annotations

from typing import TYPE_CHECKING

from unpend.model.records import Outcome
from unpend.observer.bulk.asking import Asking, Owner
from unpend.observer.bulk.judge import judged
from unpend.observer.bulk.subject import RIGHT, Fast, FastVerdict, Seen, Subject

if TYPE_CHECKING:
    from unpend.observer.bulk.flight import Flight

OUTCOMES = {"REFUSED": Outcome.REFUSED, "NOTAUTH": Outcome.REFUSED, "MALFORMED": Outcome.MALFORMED}
OUTCOMES |= {"timeout": Outcome.TIMEOUT, "lame": Outcome.REFERRAL}
_ALL_RIGHT = [(RIGHT,) * count for count in range(9)]


class Opened(Owner):
    """Counts what is still to be heard. `seen` is only kept where something else than the plainly right was seen."""

    __slots__ = ("_flight", "_keyed", "_left", "_seen", "_subject")

    def __init__(self, flight: Flight, subject: Subject) -> None:
        self._flight = flight
        self._subject = subject
        self._left = len(subject.sought)
        self._seen: dict[int, Seen] | None = None
        self._keyed = not subject.wants_key

    def begin(self) -> None:
        """Ask. Where the way leads through delegations, the first question leads and the others follow it."""
        flight, sought = self._flight, self._subject.sought
        flight.held += self._left
        if not sought:
            flight.done.append(FastVerdict(self._subject.key, Fast.OTHER, ()))
        elif flight.way.recurse:
            flight.ask_together([self._asking(index) for index in range(len(sought))])
        else:
            flight.ask(self._asking(0))

    def _asking(self, index: int) -> Asking:
        sought, flight = self._subject.sought[index], self._flight
        question = flight.spelled(sought.question) if flight.mixes_case else sought.question
        return Asking(self, index, question, sought.target)

    def right(self, asking: Asking) -> None:
        """The plainly right answer came."""
        self._left -= 1
        if self._left == 0:
            self._conclude()
        elif not self._flight.way.recurse:
            self._follow(asking)

    def heard(self, asking: Asking, data: bytes) -> None:
        """Another answer came."""
        self._note(asking, judged(data, self._subject.sought[asking.index]))

    def unheard(self, asking: Asking, why: str) -> None:
        """No answer came. Where the leading question found nobody, neither would those that follow it."""
        seen = Seen(OUTCOMES.get(why, Outcome.SERVFAIL if why.isupper() else Outcome.UNREACHABLE), note=why)
        if asking.index == 0 and not self._flight.way.recurse:
            for index in range(1, len(self._subject.sought)):
                self._keep(index, seen)
            self._left = 1
        self._note(asking, seen)

    def _note(self, asking: Asking, seen: Seen) -> None:
        self._keyed = self._keyed or seen.keyed
        self._keep(asking.index, seen)
        self.right(asking)

    def _keep(self, index: int, seen: Seen) -> None:
        if seen is not RIGHT:
            self._seen = self._seen or {}
            self._seen[index] = seen

    def _follow(self, asking: Asking) -> None:
        if asking.index == 0:
            for index in range(1, len(self._subject.sought)):
                self._flight.ask(self._asking(index))

    def _conclude(self) -> None:
        count = len(self._subject.sought)
        self._flight.held -= count
        kept = self._seen
        if kept is None:
            seen = _ALL_RIGHT[count] if count < len(_ALL_RIGHT) else (RIGHT,) * count
            fast = Fast.RIGHT if self._keyed else Fast.OTHER
        else:
            seen = tuple([kept.get(index, RIGHT) for index in range(count)])
            fast = self._fast(seen)
        self._flight.done.append(FastVerdict(self._subject.key, fast, seen))

    def _fast(self, seen: tuple[Seen, ...]) -> Fast:
        """Something else weighs more than silence: it was seen, and whoever looks deeper hears the silence again."""
        if any(not s.right and s.outcome.conclusive and s.outcome is not Outcome.REFERRAL for s in seen):
            return Fast.OTHER
        if not all(s.right for s in seen):
            return Fast.SILENT
        return Fast.RIGHT if self._keyed else Fast.OTHER

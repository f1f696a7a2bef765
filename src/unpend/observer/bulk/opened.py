"""The subjects whose questions are on their way. This is the pure half; `subjects.h` does the same in C.

Both are held to the same tests.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Protocol

from unpend.model.records import Outcome
from unpend.observer.bulk.asking import Asking, Owner
from unpend.observer.bulk.judge import ABSENT, judged
from unpend.observer.bulk.subject import RIGHT, Fast, FastVerdict, Seen, Subject

OUTCOMES = {"REFUSED": Outcome.REFUSED, "NOTAUTH": Outcome.REFUSED, "MALFORMED": Outcome.MALFORMED}
OUTCOMES |= {"timeout": Outcome.TIMEOUT, "lame": Outcome.REFERRAL}

Spell = Callable[[bytes], bytes]


class Lane(Protocol):
    """What the pure and the C half have in common: subjects in, questions out, answers in, verdicts out.

    `held` counts the questions of the subjects without a verdict, `ended` says that the source has no more of them,
    `done` are the verdicts that nobody took yet, and `follow` the questions, a list a subject, that may go now.
    """

    held: int
    ended: bool
    done: list[FastVerdict]
    follow: list[Sequence[Asking]]

    def open(self, source: Iterator[Subject | None], most: int) -> list[Asking]:
        """Take subjects until so many questions are held: the questions that go first."""
        ...

    def right(self, askings: list[Asking]) -> None:
        """The plainly right answers to these came."""
        ...

    def absent(self, askings: list[Asking]) -> None:
        """Plain denials came of these: the names do not exist."""
        ...


class PlainLane:
    """The pure half. Where the way leads through delegations, a subject's first question leads and the others follow it."""

    def __init__(self, recurse: bool, spell: Spell | None) -> None:
        self.held = 0
        self.ended = False
        self.done: list[FastVerdict] = []
        self.follow: list[Sequence[Asking]] = []
        self.together = recurse
        self._spell = spell

    def open(self, source: Iterator[Subject | None], most: int) -> list[Asking]:
        first: list[Asking] = []
        while self.held < most:
            try:
                subject = next(source)
            except StopIteration:
                self.ended = True
                break
            if subject is None:
                break
            first += Opened(self, subject).first()
        return first

    def right(self, askings: list[Asking]) -> None:
        for asking in askings:
            asking.owner.right(asking)

    def absent(self, askings: list[Asking]) -> None:
        for asking in askings:
            asking.owner.absent(asking)

    def spelled(self, question: bytes) -> bytes:
        """As it is sent."""
        return self._spell(question) if self._spell else question


class Opened(Owner):
    """Counts what is still to be heard. `seen` is only kept where something else than the plainly right was seen."""

    __slots__ = ("_keyed", "_lane", "_left", "_seen", "_subject")

    def __init__(self, lane: PlainLane, subject: Subject) -> None:
        self._lane = lane
        self._subject = subject
        self._left = len(subject.sought)
        self._seen: dict[int, Seen] | None = None
        self._keyed = not subject.wants_key

    def first(self) -> list[Asking]:
        """The questions to begin with."""
        self._lane.held += self._left
        if not self._left:
            self._lane.done.append(FastVerdict(self._subject.key, Fast.OTHER, ()))
        return [self._asking(index) for index in range(self._left if self._lane.together else min(1, self._left))]

    def _asking(self, index: int) -> Asking:
        sought = self._subject.sought[index]
        return Asking(self, index, self._lane.spelled(sought.question), sought.target)

    def right(self, asking: Asking) -> None:
        self._left -= 1
        if self._left == 0:
            self._conclude()
        elif asking.index == 0 and not self._lane.together:
            self._lane.follow.append([self._asking(index) for index in range(1, len(self._subject.sought))])

    def absent(self, asking: Asking) -> None:
        self._note(asking, ABSENT)

    def heard(self, asking: Asking, data: bytes) -> None:
        """Another answer came."""
        self._note(asking, judged(data, self._subject.sought[asking.index]))

    def unheard(self, asking: Asking, why: str) -> None:
        """No answer came. Where the leading question found nobody, neither would those that follow it."""
        seen = silence(why)
        if asking.index == 0 and not self._lane.together:
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

    def _conclude(self) -> None:
        count, kept = len(self._subject.sought), self._seen or {}
        self._lane.held -= count
        seen = tuple([kept.get(index, RIGHT) for index in range(count)])
        self._lane.done.append(FastVerdict(self._subject.key, fast_of(seen, self._keyed), seen))


def fast_of(seen: tuple[Seen, ...], keyed: bool) -> Fast:
    """Something else weighs more than silence: it was seen, and whoever looks deeper hears the silence again."""
    if any(not s.right and s.outcome.conclusive and s.outcome is not Outcome.REFERRAL for s in seen):
        return Fast.OTHER
    if not all(s.right for s in seen):
        return Fast.SILENT
    return Fast.RIGHT if keyed else Fast.OTHER


def silence(why: str) -> Seen:
    """What is seen where nobody answered: the last trouble, as an outcome."""
    return Seen(OUTCOMES.get(why, Outcome.SERVFAIL if why.isupper() else Outcome.UNREACHABLE), note=why)

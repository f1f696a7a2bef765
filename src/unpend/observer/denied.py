"""Asks one server about many names without asking below a name that it denies: nothing exists there (RFC 8020).

A few servers deny a name although something stands below it. So of the names below one denied name the first is asked
all the same, and where that one exists after all, or anything else that was heard of before, all the others are too.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Iterator, Sequence

from unpend.diagnosis.case import Case
from unpend.model.names import ancestors, is_under, parent
from unpend.model.records import Exchange, Outcome, Question, Server

Put = Callable[[Iterable[Question]], Awaitable[Sequence[Exchange]]]


class Denied:
    """The names of a zone that one of its servers denies. `put` asks that server questions, all at once."""

    def __init__(self, case: Case, zone: str, server: Server, put: Put) -> None:
        self._zone = zone
        self._put = put
        heard = (e for e in case.with_server(server) if case.speaks(e) and e.outcome is Outcome.NXDOMAIN)
        self._names = {e.question.name for e in heard if not e.answer}
        if any(map(self._contradicts, case.with_server(server))):
            self._names.clear()

    async def ask(self, questions: Iterable[Question]) -> None:
        """All of them, but only some of those below a denied name; where nothing is denied, as below a wildcard, all."""
        apart = _by_parent(questions) if self._names else {self._zone: list(questions)}
        at_once, later = _split(apart, {name for name in apart if self.is_denied(name)}, self._zone)
        above = [Question(name, "SOA") for name in later if not self.is_denied(name)]
        heard = await self._put((*at_once, *above))
        self._names |= {e.question.name for e in heard if e.outcome is Outcome.NXDOMAIN and e.aa and not e.answer}
        believed = not any(map(self._contradicts, heard))
        rest = [q for name, below in later.items() if not (believed and self.is_denied(name)) for q in below]
        await self._put(rest)

    def is_denied(self, name: str) -> bool:
        """Whether this name, or one above it in the zone, does not exist."""
        return not self._names.isdisjoint(_within(name, self._zone))

    def _contradicts(self, exchange: Exchange) -> bool:
        """Something stands at or below a denied name: this server's denials say nothing of what is below."""
        exists = exchange.outcome.conclusive and exchange.outcome is not Outcome.NXDOMAIN
        return exists and self.is_denied(exchange.question.name)


def _within(name: str, zone: str) -> Iterator[str]:
    return (each for each in ancestors(name) if each != zone and is_under(each, zone))


def _by_parent(questions: Iterable[Question]) -> dict[str, list[Question]]:
    apart: dict[str, list[Question]] = {}
    for question in questions:
        apart.setdefault(parent(question.name), []).append(question)
    return apart


def _split(
    apart: dict[str, list[Question]], denied: set[str], zone: str
) -> tuple[list[Question], dict[str, list[Question]]]:
    """What is asked at once, and what only where the name above it may exist: all but the first below one name."""
    at_once: list[Question] = []
    later: dict[str, list[Question]] = {}
    for above, questions in apart.items():
        waits = above in denied or (len(questions) > 2 and is_under(above, zone) and above != zone)
        at_once += questions[:1] if waits else questions
        if waits:
            later[above] = questions[1:]
    return at_once, later

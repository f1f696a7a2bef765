"""What a receiver has to look up for an SPF record (RFC 7208 section 4.6.4), read from answers that were given.

A sender that nobody lists makes the receiver evaluate everything: that is what is counted. Whoever asks the world asks
what `unknown` names, and evaluates again.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from unpend.model.names import absolute
from unpend.model.records import Question
from unpend.standards.spf import LOOKING_UP, MOST_MX_NAMES, Spf, Term, read_spf, spf_records

# The values that stand there, () where nothing does, None where nobody told.
Answers = Callable[[Question], tuple[str, ...] | None]
COUNTED = 60
_OWN_DOMAIN = re.compile(r"%\{d\}", re.IGNORECASE)
_SENDER_DOMAIN = re.compile(r"%\{o\}", re.IGNORECASE)
_NAME = re.compile(r"(?=.{1,254}\Z)(?:[a-z0-9_](?:[a-z0-9_-]{0,62})\.)+")
ASKED_FOR = {"include": "TXT", "redirect": "TXT", "a": "A", "mx": "MX", "exists": "A"}


@dataclass(frozen=True, slots=True)
class Evaluation:
    """What the evaluation costs and meets. `exact` is False where something was not told or depends on the sender."""

    lookups: int = 0
    costs: tuple[tuple[str, int], ...] = ()
    void: tuple[Question, ...] = ()
    unknown: tuple[Question, ...] = ()
    told: tuple[Question, ...] = ()
    dangling: tuple[str, ...] = ()
    several: tuple[str, ...] = ()
    faulty: tuple[str, ...] = ()
    loops: tuple[str, ...] = ()
    crowded: tuple[str, ...] = ()
    everybody: tuple[str, ...] = ()
    exact: bool = True


def evaluate(domain: str, content: str, answers: Answers) -> Evaluation:
    """Everything that this record of this domain leads to."""
    receiver = _Receiver(domain, answers)
    receiver.record(domain, read_spf(content), (domain,))
    return receiver.result()


@dataclass(slots=True)
class _Receiver:
    """Counts while it goes through the records, in the order that section 5 gives."""

    sender: str
    answers: Answers
    lookups: int = 0
    exact: bool = True
    costs: dict[str, int] = field(default_factory=dict)
    void: dict[Question, None] = field(default_factory=dict)
    unknown: dict[Question, None] = field(default_factory=dict)
    told: dict[Question, None] = field(default_factory=dict)
    met: dict[str, dict[str, None]] = field(default_factory=dict)

    def result(self) -> Evaluation:
        """What was counted and met."""
        met: dict[str, Any] = {kind: tuple(found) for kind, found in self.met.items()}
        asked = (tuple(self.void), tuple(self.unknown), tuple(self.told))
        return Evaluation(self.lookups, tuple(self.costs.items()), *asked, exact=self.exact, **met)

    def record(self, domain: str, spf: Spf, path: tuple[str, ...]) -> bool:
        """Whether the record lets no sender through to its end, and so ends the evaluation of whoever includes it."""
        for term in (*spf.terms, *([spf.redirect] if spf.redirect else [])):
            if self.lookups >= COUNTED:
                self.exact = False
                return False
            before = self.lookups
            matches = self._term(term, domain, path)
            if len(path) == 1 and term.kind in LOOKING_UP:
                self.costs[term.text] = self.costs.get(term.text, 0) + self.lookups - before
            if matches:
                self._meet("everybody", term.text if len(path) == 1 else path[-1], when=term.qualifier == "+")
                return term.qualifier == "+"
        return False

    def _term(self, term: Term, domain: str, path: tuple[str, ...]) -> bool:
        """Whether the term matches every sender."""
        if term.kind in LOOKING_UP:
            self.lookups += 1
        if term.everybody or term.kind not in ASKED_FOR:
            self.exact = self.exact and term.kind != "ptr"
            return term.everybody
        name = self._expanded(term.domain, domain)
        if name is None:
            self.exact = False
            return False
        question = Question(name, ASKED_FOR[term.kind])
        if question.type == "TXT":
            return self._further(question, path)
        self._addressed(question)
        return False

    def _expanded(self, spec: str, domain: str) -> str | None:
        """The name that a domain-spec means, None where it depends on the sender (section 7) or cannot be asked for."""
        own = _SENDER_DOMAIN.sub(self.sender.rstrip("."), _OWN_DOMAIN.sub(domain.rstrip("."), spec))
        name = absolute(own) if spec else domain
        return name if _NAME.fullmatch(name) else None

    def _further(self, question: Question, path: tuple[str, ...]) -> bool:
        """The record of an include or a redirect: without exactly one valid record there is no result (section 5.2)."""
        if question.name in path:
            self._meet("loops", question.name)
            return False
        found = self._told(question)
        if found is None:
            return False
        records = spf_records(found)
        read = read_spf(records[0]) if len(records) == 1 else None
        self._meet("dangling", question.name, when=not records)
        self._meet("several", question.name, when=len(records) > 1)
        self._meet("faulty", question.name, when=read is not None and read.is_void)
        return read is not None and self.record(question.name, read, (*path, question.name))

    def _addressed(self, question: Question) -> None:
        found = self._told(question)
        self._meet("crowded", question.name, when=question.type == "MX" and len(found or ()) > MOST_MX_NAMES)

    def _told(self, question: Question) -> tuple[str, ...] | None:
        found = self.answers(question)
        if found is None:
            self.unknown[question] = None
            self.exact = False
            return None
        self.told[question] = None
        if not found:
            self.void[question] = None
        return found

    def _meet(self, kind: str, name: str, *, when: bool = True) -> None:
        if when:
            self.met.setdefault(kind, {})[name] = None

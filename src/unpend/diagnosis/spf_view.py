"""A domain's SPF record with everything that it includes, as the resolvers told it."""

from __future__ import annotations

from dataclasses import dataclass

from unpend.diagnosis.case import Case
from unpend.diagnosis.policy import Heard, severity_of, spf_names, spf_wanted, txt_at
from unpend.model.expected import ExpectedRecord
from unpend.model.finding import Severity
from unpend.model.records import Exchange, Question
from unpend.model.text import Text
from unpend.standards.spf import Spf, joined, read_spf, spf_records
from unpend.standards.spf_evaluation import COUNTED, Evaluation, evaluate

AT_LEAST = Text(en="at least {count}", ja="少なくとも {count}")


@dataclass(frozen=True, slots=True)
class SpfView:
    """What stands at one name. `content` is the one SPF record, None where there is none or more than one."""

    name: str
    heard: Heard
    records: tuple[str, ...]
    wanted: ExpectedRecord | None
    severity: Severity

    @property
    def content(self) -> str | None:
        return self.records[0] if len(self.records) == 1 else None

    @property
    def spf(self) -> Spf | None:
        return None if self.content is None else read_spf(self.content)

    @property
    def merged(self) -> str | None:
        """The record with what is wanted and not in it."""
        if self.content is None or self.wanted is None:
            return self.content
        merged = self.content
        for value in spf_records(self.wanted.values):
            merged = joined(merged, value)
        return merged


def spf_views(case: Case) -> tuple[SpfView, ...]:
    """One for each name that is looked at and was told about."""
    found = []
    for name in spf_names(case):
        heard = txt_at(case, name)
        if heard is not None:
            wanted = spf_wanted(case, name)
            records = next((r for _, texts in heard.sets if (r := spf_records(texts))), ())
            found.append(SpfView(name, heard, records, wanted, severity_of(case, wanted)))
    return tuple(found)


def evaluation(case: Case, view: SpfView) -> Evaluation | None:
    """What the record leads to; None where there is not exactly one."""
    return None if view.content is None else evaluation_at(case, view.name, view.content)


def evaluation_at(case: Case, name: str, content: str) -> Evaluation:
    """What a record with this content would lead to at this name."""
    return evaluate(name, content, lambda question: _told(case, question))


def unknown(case: Case) -> tuple[Question, ...]:
    """What has to be asked next to know what the records lead to.

    What stands exactly as the provider wants it needs no proof, unless somebody wishes to know.
    """
    questions: dict[Question, None] = {}
    for view in spf_views(case):
        as_wanted = view.wanted is not None and view.content in view.wanted.values
        if case.expected.policy or not as_wanted:
            found = evaluation_at(case, view.name, view.merged) if view.merged else None
            questions |= dict.fromkeys(found.unknown if found else ())
    return tuple(questions)


def counted(found: Evaluation) -> int | Text:
    """The number, or that it is at least this much."""
    exact = not found.unknown and found.lookups < COUNTED
    return found.lookups if exact else AT_LEAST.fill(count=found.lookups)


def _told(case: Case, question: Question) -> tuple[str, ...] | None:
    """What the first resolver that answered found, whatever CNAMEs it followed."""
    for exchange in case.at_resolvers(question.name, question.type):
        if exchange.outcome.conclusive:
            return tuple(r.text for r in exchange.answer if r.type == question.type)
    return None


def told_about(case: Case, *questions: Question) -> tuple[Exchange, ...]:
    """The resolvers' answers as evidence."""
    return tuple(e for q in questions for e in case.at_resolvers(q.name, q.type) if e.outcome.conclusive)

"""Which names are looked at for SPF and DMARC, what receivers read there, and how grave a fault there is."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from unpend.diagnosis.case import Case
from unpend.model.expected import Expected, ExpectedRecord, Purpose
from unpend.model.finding import Severity
from unpend.model.names import is_under
from unpend.model.records import Exchange, Question
from unpend.standards.dmarc import dmarc_name, tree_walk
from unpend.standards.spf import is_spf

# What rules that know nothing of SPF and DMARC say of a record that stands there and is not the wanted one.
OTHER_VALUE = ("wrong-target", "other-provider-target", "garbage-in-value", "placeholder-in-value", "name-as-target")


@dataclass(frozen=True, slots=True)
class Heard:
    """The TXT strings of a name as receivers find them, one set for each server that told."""

    name: str
    sets: tuple[tuple[Exchange, tuple[str, ...]], ...]

    @property
    def exchanges(self) -> tuple[Exchange, ...]:
        return tuple(exchange for exchange, _ in self.sets)

    @property
    def texts(self) -> tuple[str, ...]:
        """Every string that any server holds."""
        return tuple(dict.fromkeys(text for _, texts in self.sets for text in texts))


def policy_questions(expected: Expected, registrable: str) -> tuple[Question, ...]:
    """What is asked beside the wanted records where somebody wishes to know about SPF and DMARC."""
    if not expected.policy:
        return ()
    names = [expected.domain, *map(dmarc_name, tree_walk(expected.domain, registrable or expected.domain))]
    return tuple(Question(name, "TXT") for name in names)


def txt_at(case: Case, name: str) -> Heard | None:
    """What stands there; behind a CNAME what a resolver found. None where nobody told."""
    heard = case.heard(name, "TXT")
    if any(e.records("CNAME", name) for e in heard):
        told = [e for e in case.at_resolvers(name, "TXT") if e.outcome.conclusive]
    else:
        told = list(heard)
    sets = tuple((e, tuple(r.text for r in e.answer if r.type == "TXT")) for e in told)
    return Heard(name, sets) if sets else None


def spf_wanted(case: Case, name: str) -> ExpectedRecord | None:
    """The wanted SPF record of this name, the required one first."""
    return next((record for record in _spf_records(case) if record.name == name), None)


def spf_names(case: Case) -> tuple[str, ...]:
    """The names whose SPF record is looked at: those that one is wanted for, and the domain where it is wished."""
    wished = [case.domain] if case.expected.policy else []
    return tuple(dict.fromkeys([*(record.name for record in _spf_records(case)), *wished]))


def _spf_records(case: Case) -> Iterator[ExpectedRecord]:
    return (r for r in case.records if r.type == "TXT" and any(map(is_spf, r.values)))


def dmarc_wanted(case: Case) -> ExpectedRecord | None:
    """The wanted DMARC record."""
    return next((r for r in case.records if r.type == "TXT" and r.purpose is Purpose.DMARC), None)


def looks_at_dmarc(case: Case) -> bool:
    """Whether anybody asked about DMARC."""
    return case.expected.policy or dmarc_wanted(case) is not None


def severity_of(case: Case, record: ExpectedRecord | None) -> Severity:
    """An error only where a required record is not right: nothing else keeps a provider from verifying."""
    return Severity.ERROR if record is not None and record.required and not case.right(record) else Severity.WARNING


def mail_from_names(case: Case) -> tuple[str, ...]:
    """The envelope domains that the provider is to use."""
    found = (r.name for r in case.records if r.purpose is Purpose.MAIL_FROM and is_under(r.name, case.registrable))
    return tuple(dict.fromkeys(found))

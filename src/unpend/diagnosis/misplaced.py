"""The shape that all wrong-name rules share: the wanted content stands at a name that one known slip produces."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from unpend.diagnosis.ask import Ask, one
from unpend.diagnosis.case import Case
from unpend.diagnosis.rule import Rule
from unpend.model.expected import ExpectedRecord
from unpend.model.finding import Finding
from unpend.model.names import is_under
from unpend.model.plan import Remove
from unpend.model.records import Exchange
from unpend.model.text import Text

Slips = Callable[[Case, ExpectedRecord], Iterable[str]]


def misplaced(code: str, title: Text, says: Text, slips: Slips) -> Rule:
    """A rule that looks for a missing record's content at the names that `slips` makes of the wanted one.

    `says` has the places {name} (wanted) and {found} (where it stands). Only names in the zone that holds the wanted
    name are asked, and only when the record is missing.
    """

    def places(case: Case, record: ExpectedRecord) -> Iterator[str]:
        zone = case.zone_of(record.name)
        for name in dict.fromkeys(slips(case, record)):
            if name != record.name and len(name) <= 255 and is_under(name, zone):
                yield name

    def asks(case: Case) -> Iterator[Ask]:
        for record in case.records:
            if case.missing(record):
                for name in places(case, record):
                    yield one(name, record.type, case.zone_of(record.name))
                    yield one(case.sibling(name), record.type, case.zone_of(record.name))

    def finds(case: Case) -> Iterator[Finding]:
        for record in case.records:
            if not case.missing(record):
                continue
            for name in places(case, record):
                if copies := case.copies(record, name):
                    yield found(case, record, name, copies)

    def found(case: Case, record: ExpectedRecord, name: str, copies: Iterable[Exchange]) -> Finding:
        gone = Remove(case.zone_of(record.name), name, record.type, record.values)
        evidence = (*copies, *case.heard(record.name, record.type))
        return rule.finding(record.name, says, evidence, fix=[gone], found=name)

    rule = Rule(code, "wrong-name", title, finds, asks, explains=("record-missing", "stale-names", "child-zone-hides-record"))
    return rule

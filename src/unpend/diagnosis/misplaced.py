"""The shape that all wrong-name rules share: the wanted content stands at a name that one known slip produces."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from unpend.diagnosis.ask import Ask, one
from unpend.diagnosis.case import Case
from unpend.diagnosis.compare import copied
from unpend.diagnosis.rule import Rule
from unpend.diagnosis.wildcards import one_beside
from unpend.model.expected import ExpectedRecord
from unpend.model.finding import Finding, Severity
from unpend.model.names import is_under
from unpend.model.plan import Remove
from unpend.model.text import Text
from unpend.standards.dmarc import is_dmarc
from unpend.standards.spf import is_spf

Slips = Callable[[Case, ExpectedRecord], Iterable[str]]
NAME_LIMIT = 254
EXPLAINS = ("record-missing", "stale-names", "wildcard-masks", "wrong-type", "publish-delay")


def misplaced(code: str, title: Text, says: Text, slips: Slips) -> Rule:
    """A rule that looks for a missing record's content at the names that `slips` makes of the wanted one.

    `says` has the places {name} (wanted) and {found} (where it stands).
    """

    def finds(case: Case) -> Iterator[Finding]:
        for record, name in _places(case, slips):
            if case.answered(name, record.type) and (copies := case.copies(record, name)):
                evidence = (*copies, *case.heard(record.name, record.type))
                values = {v for e in copies for v in copied(record, e.records(record.type))}
                gone = Remove(case.zone_of(record.name), name, record.type, tuple(sorted(values)))
                severity = Severity.ERROR if record.required else Severity.WARNING
                yield rule.finding(record.name, says, evidence, severity=severity, fix=[gone], found=name)

    rule = Rule(code, "wrong-name", title, finds, lambda case: _asks(case, slips), EXPLAINS)
    return rule


def _asks(case: Case, slips: Slips) -> Iterator[Ask]:
    """The names themselves, and beside each a name that nobody created: what answers there is a wildcard."""
    for record, name in _places(case, slips):
        zone = case.zone_of(record.name)
        yield one(name, record.type, zone)
        yield from one_beside(case, name, record.type, zone)


def _places(case: Case, slips: Slips) -> tuple[tuple[ExpectedRecord, str], ...]:
    return case.recall(slips, lambda: tuple(_worked_out(case, slips)))


def _worked_out(case: Case, slips: Slips) -> Iterator[tuple[ExpectedRecord, str]]:
    """Where the content of a missing record may stand instead: names in the same zone only."""
    for record in case.records:
        zone = case.zone_of(record.name)
        if zone and case.not_there(record):
            telling = _is_telling(record)
            for name in dict.fromkeys(slips(case, record)):
                usable = len(name) <= NAME_LIMIT and is_under(name, zone)
                if name != record.name and usable and (telling or name.startswith(record.name)):
                    yield record, name


def _is_telling(record: ExpectedRecord) -> bool:
    """Whether the content shows whose record it is: `v=DMARC1; p=none` and an SPF record are right at many names."""
    return not any(is_spf(value) or is_dmarc(value) for value in record.values)

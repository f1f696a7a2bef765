"""Which record sets a plan has to make right: not those that only time, or somebody outside the zone, makes right."""

from __future__ import annotations

from dataclasses import dataclass

from unpend.catalog import host_of
from unpend.diagnosis.case import Case
from unpend.diagnosis.diagnose import Diagnosis, concerns
from unpend.model.expected import ExpectedRecord, Purpose
from unpend.model.finding import Finding, Severity
from unpend.model.names import is_under
from unpend.model.plan import Errand, Remove
from unpend.repair.standing import Standing

# The record was entered; what keeps it from being seen is done elsewhere, by an errand of the same finding.
ENTERED_ALREADY = frozenset(
    {"zone-not-reloaded", "zone-not-active", "proxied-cname", "flattened-cname", "dname-above", "secondary-lag"}
)
# Something else needs the name: the provider can be told another one in place of the edit.
TAKEN = frozenset({"mailfrom-receives-mail"})


@dataclass(frozen=True, slots=True)
class RecordSet:
    """The wanted records of one name and type that are to be made right together: a zone is edited by whole sets."""

    name: str
    type: str
    records: tuple[ExpectedRecord, ...]

    @property
    def wanted(self) -> tuple[str, ...]:
        """Their values, each once."""
        return tuple(dict.fromkeys(value for record in self.records for value in record.values))

    @property
    def shared(self) -> bool:
        """Whether other services' values may stand beside these: TXT anywhere but at a DKIM selector."""
        return self.type == "TXT" and all(record.purpose is not Purpose.DKIM for record in self.records)


def about(diagnosis: Diagnosis, name: str) -> tuple[Finding, ...]:
    """The causes about this name or a zone above it."""
    return tuple(f for f in diagnosis.causes if concerns(f, name))


def record_sets(standing: Standing, diagnosis: Diagnosis) -> tuple[RecordSet, ...]:
    """The sets to be edited.

    Where one record of a set has to be edited, the required ones beside it belong to the edit, or it would undo them.
    Those of which only the shape is known are sets of their own: a person has to publish them.
    """
    case = standing.case
    due = [record for record in case.records if _due(standing, diagnosis, record)]
    found: dict[tuple[str, str, bool], tuple[ExpectedRecord, ...]] = {}
    for record in due:
        beside = [r for r in case.records if (r.name, r.type, r.known) == (record.name, record.type, record.known)]
        found[record.name, record.type, record.known] = tuple(r for r in beside if r in due or (r.required and r.known))
    return tuple(RecordSet(name, type_, records) for (name, type_, _), records in found.items())


def _due(standing: Standing, diagnosis: Diagnosis, record: ExpectedRecord) -> bool:
    """Whether an edit makes the record right.

    Optional records are edited only where something wrong stands: nobody has to have them, but a wrong one misleads.
    What else the name is used for is worth more than they are.
    """
    if not standing.heard(record) or not editable(standing.case, standing.case.zone_of(record.name)):
        return False
    if _settled(standing.case, diagnosis, record):
        return False
    if not record.required and any(f.code in TAKEN for f in about(diagnosis, record.name)):
        return False
    if not standing.right(record):
        return record.required or bool(standing.values(record.name, record.type))
    blamed = any(f.severity is Severity.ERROR and record.name in f.about for f in diagnosis.causes)
    return blamed and bool(standing.excluded(record.name, record.type))


def _settled(case: Case, diagnosis: Diagnosis, record: ExpectedRecord) -> bool:
    """Whether time alone, or an errand, makes the record right."""
    causes = about(diagnosis, record.name)
    waiting = any(f.keeps_waiting for f in causes)
    blamed = any(f.severity is Severity.ERROR and record.name in f.about for f in causes)
    return (waiting and not blamed) or any(_entered(case, f, record) for f in causes)


def _entered(case: Case, finding: Finding, record: ExpectedRecord) -> bool:
    removes = any(isinstance(fix, Remove) and is_under(record.name, fix.name) for fix in finding.fix)
    errand = any(isinstance(fix, Errand) for fix in finding.fix)
    return finding.code in ENTERED_ALREADY and errand and not removes


def editable(case: Case, zone: str) -> bool:
    """Whether records can be entered at the delegated servers at all: a registrar's default ones take none."""
    cut = next((cut for cut in case.zones if cut.zone == zone), None)
    names = {ns.name for ns in cut.nameservers} if cut else set()
    host = host_of(names)
    return not (host and names and names <= set(host.default_nameservers))

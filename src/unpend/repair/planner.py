"""From causes to a plan: what to change in the zone, what to have done elsewhere, how long to wait then."""

from __future__ import annotations

from collections.abc import Iterator

from unpend.diagnosis.case import Case
from unpend.diagnosis.diagnose import Diagnosis
from unpend.diagnosis.operators import operators
from unpend.model.finding import Severity
from unpend.model.plan import Change, Errand, Op, Plan, Remove
from unpend.model.text import Text
from unpend.repair.afterwards import afterwards, eta
from unpend.repair.edits import Edit, Editor, causes_of
from unpend.repair.errands import NEVER_EDITED, errands_of, impossible
from unpend.repair.reasons import NOT_EDITABLE, TWO_COPIES, UNSEEN
from unpend.repair.safety import judged
from unpend.repair.scope import RecordSet, about, editable, record_sets
from unpend.repair.standing import Standing

MIXED = "mixed-nameserver-sets"


def plan_for(case: Case, diagnosis: Diagnosis) -> Plan:
    """The plan that ends the pending state, or says what is waited for. Pure."""
    standing = Standing(case, _remaining(diagnosis))
    wanted = record_sets(standing, diagnosis)
    stuck = {w: e for w in wanted if (e := _impossible(case, diagnosis, w))}
    possible = tuple(each for each in wanted if each not in stuck)
    edits = _edits(Editor(standing, diagnosis, _removals(case, diagnosis, wanted)), possible)
    changes = tuple(edit.change for edit in edits)
    errands = errands_of(diagnosis, changes, stuck.values())
    safety, reasons = judged(edits, errands, _notes(standing, diagnosis, changes))
    ordered: tuple[Change | Errand, ...] = (*errands.first, *changes, *errands.later)
    then = tuple(afterwards(standing, diagnosis, changes, errands.all))
    return Plan(safety, reasons, ordered, then)


def _impossible(case: Case, diagnosis: Diagnosis, wanted: RecordSet) -> Errand | None:
    because = causes_of(diagnosis, wanted.name)
    return impossible(case.zone_of(wanted.name), wanted, because, case.expected.provider or "")


def _remaining(diagnosis: Diagnosis) -> dict[str, tuple[str, ...]]:
    """Zone → the name servers that it keeps, where two hosts serve it and one is to be dropped."""
    fixes = [fix for f in diagnosis.causes if f.code == MIXED for fix in f.fix if isinstance(fix, Errand)]
    return {fix.target: fix.values for fix in fixes if fix.op == "set-nameservers"}


def _removals(case: Case, diagnosis: Diagnosis, wanted: tuple[RecordSet, ...]) -> tuple[Remove, ...]:
    """What rules want to go: of errors, and of whatever is about a record that is edited anyway."""
    due = {each.name for each in wanted}
    zones = {cut.zone for cut in case.zones if editable(case, cut.zone)}
    return tuple(
        fix
        for finding in diagnosis.causes
        if finding.severity is Severity.ERROR or due & set(finding.about)
        for fix in finding.fix
        if isinstance(fix, Remove) and fix.zone in zones and fix.type not in NEVER_EDITED
    )


def _edits(editor: Editor, wanted: tuple[RecordSet, ...]) -> tuple[Edit, ...]:
    """Every edit once, deletions before what they make room for."""
    made = [edit for each in wanted for edit in editor.made_right(each)]
    touched = [(edit.change.name, edit.change.type) for edit in made]
    made += editor.taken_away(touched)
    return tuple(sorted(made, key=lambda edit: edit.change.op is not Op.DELETE))


def _notes(standing: Standing, diagnosis: Diagnosis, changes: tuple[Change, ...]) -> Iterator[Text]:
    """What else the reader should know: where nothing is planned, and where a change has to be made twice."""
    case = standing.case
    for cut in case.zones:
        records = [r for r in case.expected.required if case.zone_of(r.name) == cut.zone]
        if records and not any(map(standing.heard, records)):
            yield UNSEEN.fill(zone=cut.zone)
        elif diagnosis.errors and not editable(case, cut.zone):
            yield NOT_EDITABLE.fill(servers=tuple(ns.name for ns in cut.nameservers))
        edited = any(change.zone == cut.zone for change in changes)
        if edited and len(operators(case, cut)) > 1 and cut.zone not in standing.kept:
            yield TWO_COPIES.fill(zone=cut.zone)


__all__ = ["about", "eta", "plan_for"]

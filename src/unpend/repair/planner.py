"""From causes to a plan: what to change in the zone, what to have done elsewhere, how long to wait then."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace

from unpend.catalog import host_of
from unpend.diagnosis.case import Case
from unpend.diagnosis.diagnose import Diagnosis
from unpend.model.expected import ExpectedRecord, Purpose
from unpend.model.finding import Finding
from unpend.model.names import is_under, relative
from unpend.model.plan import Change, Errand, Op, Plan, Remove, Then, Wait, Where
from unpend.repair.safety import judged
from unpend.repair.status import conflicting_types, right_at_source

DEFAULT_TTL = 300
ELSEWHERE = frozenset({"wrong-dns-host", "shadow-zone", "two-hosted-zones", "records-lost-in-migration"})
CURED_BY_ERRAND = frozenset({"set-nameservers", "reload-zone", "transfer-zone", "activate-zone", "lift-hold"})


def plan_for(case: Case, diagnosis: Diagnosis) -> Plan:
    """The plan that ends the pending state, or says what is waited for. Pure."""
    removals = list(_misplaced(case, diagnosis))
    edits = [edit for record in _to_publish(case, diagnosis) for edit in _published(case, diagnosis, record)]
    changes = _in_order([*removals, *edits])
    errands = _errands(diagnosis)
    heard = bool(case.zone and case.live_servers(case.zone))
    ordered: tuple[Change | Errand, ...] = (*changes, *errands) if heard else (*errands, *changes)
    plan = Plan(changes=ordered, then=tuple(_then(case, diagnosis, changes)))
    safety, reasons = judged(case, diagnosis, plan, _alternatives(diagnosis))
    return replace(plan, safety=safety, reasons=reasons)


# --- the zone ---------------------------------------------------------------------------------------------------


def _to_publish(case: Case, diagnosis: Diagnosis) -> Iterator[ExpectedRecord]:
    """The records that an edit makes right: not those that only time or somebody else makes right.

    Optional records are published only where something wrong stands: nobody has to have them.
    """
    for record in case.records:
        if case.unheard(record) or right_at_source(case, record):
            continue
        if not record.required and not case.wrong(record):
            continue
        causes = about(diagnosis, record.name)
        if not any(f.keeps_waiting or _cured_by_errand(f) for f in causes):
            yield record


def _cured_by_errand(finding: Finding) -> bool:
    errands = [fix for fix in finding.fix if isinstance(fix, Errand)]
    return finding.code not in ELSEWHERE and any(errand.op in CURED_BY_ERRAND for errand in errands)


def about(diagnosis: Diagnosis, name: str) -> tuple[Finding, ...]:
    """The causes about this name or a zone above it."""
    return tuple(f for f in diagnosis.causes if any(is_under(name, above) for above in f.about))


def _because(diagnosis: Diagnosis, name: str) -> tuple[str, ...]:
    exact = [f for f in diagnosis.causes if name in f.about]
    findings = exact or list(about(diagnosis, name))
    codes = [f.code for f in findings] + [code for f in findings for code in f.consequences]
    return tuple(dict.fromkeys(codes))


def _published(case: Case, diagnosis: Diagnosis, record: ExpectedRecord) -> Iterator[Change]:
    """What makes one record right: conflicting sets go first, then the set itself is created or replaced."""
    because = _because(diagnosis, record.name)
    if record.type == "CNAME":
        for type_, values in conflicting_types(case, record).items():
            yield change(case, Op.DELETE, record.name, type_, values, before=values, because=because)
    found = () if case.from_wildcard(record.name, record.type) else case.found(record)
    values = record.values
    if record.type == "TXT" and record.purpose is not Purpose.DKIM:
        values = tuple(sorted({*found, *record.values}))
    op = Op.REPLACE if found else Op.CREATE
    yield change(case, op, record.name, record.type, values, before=found, because=because)


def _misplaced(case: Case, diagnosis: Diagnosis) -> Iterator[Change]:
    wanted = {(record.name, record.type) for record in case.records}
    for finding in diagnosis.causes:
        for fix in finding.fix:
            if isinstance(fix, Remove) and (fix.name, fix.type) not in wanted:
                made = change(
                    case, Op.DELETE, fix.name, fix.type, fix.values, before=fix.values, because=(finding.code,)
                )
                yield replace(made, zone=fix.zone, host=relative(fix.name, fix.zone))


def change(
    case: Case,
    op: Op,
    name: str,
    type_: str,
    values: tuple[str, ...],
    *,
    before: tuple[str, ...],
    because: tuple[str, ...],
) -> Change:
    """One edit, in the deepest zone that holds the name."""
    zone = case.zone_of(name) or case.zone
    return Change(op, zone, name, relative(name, zone), type_, _ttl(case, zone), values, before, because)


def _ttl(case: Case, zone: str) -> int:
    cut = case.cut_of(zone)
    host = host_of(ns.name for ns in cut.nameservers) if cut else None
    return host.ttl if host and host.ttl else DEFAULT_TTL


def _in_order(changes: list[Change]) -> tuple[Change, ...]:
    """Each edit once, deletions before what they make room for."""
    unique = dict.fromkeys(changes)
    return tuple(sorted(unique, key=lambda c: c.op is not Op.DELETE))


# --- elsewhere --------------------------------------------------------------------------------------------------


def _errands(diagnosis: Diagnosis) -> tuple[Errand, ...]:
    """What has to be done at the registrar, the DNS host or the provider, each once, with all its causes."""
    found: dict[tuple[Where, str, str, tuple[str, ...]], Errand] = {}
    for finding in (*diagnosis.errors, *diagnosis.causes):
        for fix in finding.fix:
            if not isinstance(fix, Errand) or (finding.code in ELSEWHERE and fix.op == "set-nameservers"):
                continue
            key = (fix.where, fix.op, fix.target, fix.values)
            known = found.get(key, fix)
            found[key] = replace(known, because=tuple(dict.fromkeys((*known.because, finding.code))))
    return tuple(found.values())


def _alternatives(diagnosis: Diagnosis) -> tuple[Errand, ...]:
    """Moving the delegation instead of the records: possible, said, but not part of the plan."""
    return tuple(
        fix
        for finding in diagnosis.causes
        if finding.code in ELSEWHERE
        for fix in finding.fix
        if isinstance(fix, Errand) and fix.op == "set-nameservers"
    )


# --- time -------------------------------------------------------------------------------------------------------


def _then(case: Case, diagnosis: Diagnosis, changes: tuple[Change, ...]) -> Iterator[Then]:
    until = _seen_until(case, changes) if changes else _waited_until(diagnosis)
    if until is not None and until > case.now:
        yield Then("wait", seconds=math.ceil(until - case.now), until=until)
    view = case.expected.view
    if view and "FAILED" in {view.verification_status, view.dkim_status}:
        yield Then("restart-verification", where=Where.PROVIDER)


def _waited_until(diagnosis: Diagnosis) -> float | None:
    """The latest of what the causes wait for; where somebody has to act, waiting alone is no plan."""
    waits = [fix.until for f in diagnosis.causes for fix in f.fix if isinstance(fix, Wait)]
    return None if diagnosis.errors else max(waits, default=None)


def _seen_until(case: Case, changes: tuple[Change, ...]) -> float | None:
    """Until when somebody who asked before may remember what the changes replace (RFC 2308 section 5)."""
    ends: list[float] = []
    for edit in changes:
        if edit.op is Op.DELETE:
            continue
        heard = case.at_resolvers(edit.name, edit.type) or case.heard(edit.name, edit.type)
        ends += [end for e in heard if e.outcome.conclusive and (end := case.fresh_until(e)) is not None]
    return max(ends, default=None)

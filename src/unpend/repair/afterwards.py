"""What follows the changes: how long anybody may remember what was there before, and the provider's new start."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator

from unpend.catalog import host_of
from unpend.diagnosis.case import Case
from unpend.diagnosis.compare import Sight, sight_of
from unpend.diagnosis.diagnose import Diagnosis
from unpend.model.plan import Change, Errand, Op, Plan, Then, Wait, Where
from unpend.repair.standing import Standing

FAILED = "FAILED"


def afterwards(
    standing: Standing, diagnosis: Diagnosis, changes: tuple[Change, ...], errands: Iterable[Errand]
) -> Iterator[Then]:
    """Wait, then start again at the provider where it has given up."""
    case = standing.case
    spans = [
        *(_forgotten_after(standing, change) for change in changes if change.op is not Op.DELETE),
        *(_delegation_forgotten_after(case, errand) for errand in errands),
    ]
    until = [case.now + span for span in spans] + _waits(diagnosis, changes)
    if not until and not diagnosis.errors:
        until = [case.now + span for span in _on_their_way(standing)]
    seconds = math.ceil(max(until, default=case.now) - case.now)
    if seconds > 0:
        yield Then("wait", seconds=seconds, until=case.now + seconds)
    view = case.expected.view
    if view and FAILED in {view.verification_status, view.dkim_status}:
        yield Then("restart-verification", where=Where.PROVIDER)


def eta(plan: Plan, case: Case) -> tuple[float | None, int | None]:
    """(When to look again, seconds until nobody remembers the old state).

    Where somebody has to act first there is no time to look again, since nobody knows when they will.
    """
    waits = [step for step in plan.then if step.op == "wait" and step.seconds is not None]
    seconds = max((step.seconds or 0 for step in waits), default=None)
    if plan.changes or seconds is None:
        return None, seconds
    return case.now + seconds, seconds


def _waits(diagnosis: Diagnosis, changes: tuple[Change, ...]) -> list[float]:
    """What the causes wait for; where somebody has to act and no edit is planned, waiting alone is no plan."""
    if diagnosis.errors and not changes:
        return []
    return [fix.until for f in diagnosis.causes if f.keeps_waiting for fix in f.fix if isinstance(fix, Wait)]


def _forgotten_after(standing: Standing, change: Change) -> float:
    """Seconds until nobody remembers what the change replaces: assume that the provider asked just now.

    A name that is created was remembered as absent for the zone's negative TTL (RFC 2308 section 5), a set that is
    replaced for its own TTL. The new record's TTL does not matter.
    """
    case = standing.case
    old = [r.ttl for r in standing.records(change.name, change.type)]
    lasts = float(max(old) if change.op is Op.REPLACE and old else negative_ttl(case, change.zone) or 0)
    return max([lasts + publish_seconds(case, change.zone), *_remembered(case, change.name, change.type)])


def _remembered(case: Case, name: str, type_: str) -> Iterator[float]:
    """Seconds that the resolvers asked will still remember what they said."""
    for exchange in case.at_resolvers(name, type_):
        end = case.fresh_until(exchange) if exchange.outcome.conclusive else None
        if end is not None:
            yield end - case.now


def _on_their_way(standing: Standing) -> Iterator[float]:
    """Seconds for the records that are right at the source and not yet right at a resolver."""
    case = standing.case
    for record in filter(standing.right, case.expected.required):
        for exchange in case.at_resolvers(record.name, record.type):
            end = case.fresh_until(exchange) if exchange.outcome.conclusive else None
            if end is not None and sight_of(record, exchange) is not Sight.RIGHT:
                yield end - case.now


def negative_ttl(case: Case, zone: str) -> int | None:
    """How long the absence of a name in the zone is remembered: min(SOA TTL, SOA MINIMUM); the largest of its servers'."""
    soas = [soa for server in case.servers(zone) if (soa := case.soa(server))]
    return max((min(soa.ttl, int(soa.value.split()[6])) for soa in soas), default=None)


def publish_seconds(case: Case, zone: str) -> int:
    """How long the host may take until its servers show a change."""
    cut = next((cut for cut in case.zones if cut.zone == zone), None)
    host = host_of(ns.name for ns in cut.nameservers) if cut else None
    return host.publish_seconds if host else 0


def _delegation_forgotten_after(case: Case, errand: Errand) -> float:
    """Seconds until nobody remembers the old delegation or the old DS."""
    cut = next((cut for cut in case.observation.cuts if cut.zone == errand.target), None)
    if cut is None:
        return 0
    if errand.op in {"remove-ds", "publish-ds"}:
        return max((r.ttl for r in cut.ds), default=0)
    return cut.ns_ttl if errand.op in {"set-nameservers", "fix-delegation"} else 0

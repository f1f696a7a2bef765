"""What a look means for the machines of an identity: pure, between what was seen and the lifecycle's table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from unpend.engine.demands import Demand, demand_of
from unpend.engine.looking import DNS_SERVER_ERROR, HOST_NOT_FOUND, INVALID_VALUE, TYPE_NOT_FOUND, Looks
from unpend.lifecycle import OPEN, News, Sighting, decide
from unpend.model.identity import MACHINES, Event, Identity, Kind, LastLook, Machine, Seen, State
from unpend.repair.status import CONFLICT, MISMATCH, MISSING, VERIFIED
from unpend.report.report import Report
from unpend.report.verdict import Verdict
from unpend.store.looked import Looked

OURS = frozenset({"transport"})
SERVICE_ERROR = "SERVICE_ERROR"
WORST = (HOST_NOT_FOUND, TYPE_NOT_FOUND, INVALID_VALUE, DNS_SERVER_ERROR)
HUSHED = "!"  # before a picture of which nothing is heard any more
ANSWERS_KEPT = 12
VALUES_KEPT = 8


@dataclass(frozen=True, slots=True)
class Judgement:
    """One quick look judged. `suspect`: something verified seems lost, which the deep diagnosis has to confirm;
    `unsettled`: or nobody spoke of it."""

    looked: Looked
    suspect: bool = False
    steady: bool = False
    unsettled: bool = False


def judged(identity: Identity, demand: Demand, looks: Looks, now: float, chance: float) -> Judgement:
    """What a quick look does. It may complete and expire; it takes nothing away that was verified."""
    sightings = sightings_of(identity, demand, looks)
    suspects = [m for m, s in sightings.items() if _lost(identity, m, s)]
    heeded = {m: s for m, s in sightings.items() if m not in suspects}
    picture = _pictured(identity, looks)
    changed = picture.partition(":")[0] != identity.look.picture.partition(":")[0]
    unsettled = bool(suspects) or _unheard(identity, sightings)
    news = News(changed, picture != identity.look.picture, unsettled)
    decision = decide(identity, heeded, now, news=news, chance=chance)
    look = _last_look(identity, looks, picture, now)
    unsure = any(s.event is not Event.COMPLETE for m, s in sightings.items() if identity.standing(m).state in OPEN)
    stays = any(decision.standings[m].state in OPEN for m in MACHINES)
    owed = bool(suspects) or (unsure and stays and (changed or _ending(identity, now)))
    was = identity.ownership.state is State.SUCCESS
    return Judgement(Looked(identity, decision, look, deep=owed), bool(suspects), was and not suspects, unsettled)


def sightings_of(identity: Identity, demand: Demand, looks: Looks) -> dict[Machine, Sighting]:
    """Each machine's event. Ownership is proved by its TXT record or by DKIM."""
    told = {machine: _sighting(demand, looks, machine) for machine in (Machine.DKIM, Machine.MAIL_FROM)}
    told[Machine.OWNERSHIP] = _either(told[Machine.DKIM], _sighting(demand, looks, Machine.OWNERSHIP))
    if identity.kind is Kind.ADDRESS:
        told[Machine.OWNERSHIP] = Sighting(Event.INCOMPLETE)
    return {machine: sighting for machine, sighting in told.items() if sighting is not None}


def _sighting(demand: Demand, looks: Looks, machine: Machine) -> Sighting | None:
    glances = [looks.glances[index] for index in demand.indexes(machine)]
    if not glances:
        return None
    seen = tuple(glance.seen for glance in glances)
    return Sighting(_event([glance.right for glance in glances]), seen)


def _event(rights: Sequence[bool | None]) -> Event:
    if all(rights):
        return Event.COMPLETE
    return Event.INCOMPLETE if False in rights else Event.SILENT


def _either(first: Sighting | None, second: Sighting | None) -> Sighting | None:
    """Two ways to the same thing: one that is complete decides; both have to be incomplete."""
    if first is None or second is None:
        return first or second
    for event in (Event.COMPLETE, Event.SILENT, Event.INCOMPLETE):
        for sighting in (first, second):
            if sighting.event is event:
                return Sighting(event, (*first.seen, *second.seen))
    return first


def _lost(identity: Identity, machine: Machine, sighting: Sighting) -> bool:
    return identity.standing(machine).state is State.SUCCESS and sighting.event is Event.INCOMPLETE


def _unheard(identity: Identity, sightings: Mapping[Machine, Sighting]) -> bool:
    """Whether nobody spoke of something verified: no state moves by that, but it is looked at again soon."""
    silent = (m for m, s in sightings.items() if s.event is Event.SILENT)
    return any(identity.standing(machine).state is State.SUCCESS for machine in silent)


def _ending(identity: Identity, now: float) -> bool:
    """Whether a PENDING window is over and nothing conclusive has been heard of it."""
    standings = [identity.standing(machine) for machine in MACHINES]
    return any(s.state is State.PENDING and s.deadline is not None and now >= s.deadline for s in standings)


def _pictured(identity: Identity, looks: Looks) -> str:
    """The picture; where nobody speaks of it, the last one with a mark: that silence has begun, and ended, is news as well."""
    was = identity.look.picture
    if any(glance.right is not None for glance in looks.glances):
        return looks.picture
    return was if was.startswith(HUSHED) or not looks.glances else HUSHED + was


def _last_look(identity: Identity, looks: Looks, picture: str, now: float) -> LastLook:
    error = worst_of([glance.word for glance in looks.glances])
    success_at = now if not error else identity.look.success_at
    return LastLook(now, success_at, error, looks.soa or identity.look.soa, picture)


def worst_of(words: Sequence[str]) -> str:
    """The worst of these."""
    return next((word for word in WORST if word in words), "")


def diagnosed(identity: Identity, report: Report, now: float, chance: float) -> Looked:
    """What a deep diagnosis does: it asked every server itself, so it may take away as well as give."""
    demand = demand_of(identity)
    statuses = {each.record: each.status for each in report.records}
    told: dict[Machine, Sighting | None] = {}
    for machine in MACHINES:
        records = [demand.records[index] for index in demand.indexes(machine)]
        words = [statuses[record] for record in records if record in statuses]
        event = _diagnosed_event(words, report, identity, machine)
        told[machine] = Sighting(event, _told(report, demand, machine)) if words else None
    told[Machine.OWNERSHIP] = _either(told[Machine.DKIM], told[Machine.OWNERSHIP])
    sightings: Mapping[Machine, Sighting] = {m: s for m, s in told.items() if s is not None}
    decision = decide(identity, sightings, now, chance=chance)
    # Quick looks keep their own time; only news brings the next one forward.
    attempt = 0 if decision.changed else identity.attempt
    kept = replace(decision, attempt=attempt, due_at=min(decision.due_at, identity.due_at))
    error = report.would_report or ("" if report.verdict is Verdict.OK else identity.look.error_type)
    return Looked(identity, kept, replace(identity.look, checked_at=now, error_type=error))


def says_little(report: Report) -> bool:
    """Whether too little was heard, or our own network stood in the way: it is no cause that could be left standing."""
    ours = bool(report.findings) and report.findings[0].family in OURS
    return report.verdict is Verdict.UNKNOWN or ours


def _diagnosed_event(words: Sequence[str], report: Report, identity: Identity, machine: Machine) -> Event:
    if words and all(word == VERIFIED for word in words):
        return Event.COMPLETE
    if any(word in {MISSING, MISMATCH, CONFLICT} for word in words):
        return Event.INCOMPLETE
    # Nobody speaks for the zone, and we know why: that ends a window, but takes nothing away (lifecycle.timely).
    broken = report.verdict is Verdict.ACTION_REQUIRED and report.findings[0].family not in OURS
    pending = identity.standing(machine).state is State.PENDING
    return Event.INCOMPLETE if broken and pending else Event.SILENT


def _told(report: Report, demand: Demand, machine: Machine) -> tuple[Seen, ...]:
    """The answers that a step rests on; the case file has them all."""
    names = {(demand.records[index].name, demand.records[index].type) for index in demand.indexes(machine)}
    spoken = [e for e in report.observation.exchanges if (e.question.name, e.question.type) in names]
    return tuple(
        Seen(
            e.question.name, e.question.type, e.outcome.value, e.values(e.question.type)[:VALUES_KEPT], e.server.address
        )
        for e in spoken[:ANSWERS_KEPT]
    )

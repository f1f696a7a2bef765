"""The lifecycle of an identity, as a table: what is believed and what happened → what is believed next.

Pure: time and chance are arguments. Silence never moves a state; FAILED is left only by beginning anew. When to look
again is a published back-off (docs/lifecycle.md).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from unpend.model.identity import MACHINES, Event, Identity, Kind, Machine, Seen, Standing, State, Transition

HOUR = 3600.0
WINDOW = 72 * HOUR
ADDRESS_WINDOW = 24 * HOUR
FIRST_PAUSE = 5.0
GROWTH = 1.5
LONGEST_PAUSE = HOUR
DRIFT_PAUSE = 24 * HOUR
JITTER = 0.1
STIRRED_ATTEMPT = 6
MOST_ATTEMPTS = 1000
NEVER = 4102444800.0  # 2100-01-01: a machine that has ended is not looked at
TABLE: Mapping[State, Mapping[Event, State]] = {
    State.NOT_STARTED: {Event.BEGIN: State.PENDING, Event.REPLACED: State.PENDING},
    State.PENDING: {
        Event.COMPLETE: State.SUCCESS,
        Event.EXPIRED: State.FAILED,
        Event.REPLACED: State.PENDING,
        Event.WITHDRAWN: State.NOT_STARTED,
    },
    State.SUCCESS: {
        Event.INCOMPLETE: State.TEMPORARY_FAILURE,
        Event.REPLACED: State.PENDING,
        Event.WITHDRAWN: State.NOT_STARTED,
    },
    State.TEMPORARY_FAILURE: {
        Event.COMPLETE: State.SUCCESS,
        Event.EXPIRED: State.FAILED,
        Event.REPLACED: State.PENDING,
        Event.WITHDRAWN: State.NOT_STARTED,
    },
    State.FAILED: {
        Event.BEGIN: State.PENDING,
        Event.REPLACED: State.PENDING,
        Event.WITHDRAWN: State.NOT_STARTED,
    },
}
OPEN = frozenset({State.PENDING, State.TEMPORARY_FAILURE})


@dataclass(frozen=True, slots=True)
class Sighting:
    """What one look says of one machine: COMPLETE, INCOMPLETE or SILENT, and the answers it rests on."""

    event: Event
    seen: tuple[Seen, ...] = ()


@dataclass(frozen=True, slots=True)
class Decision:
    """What follows from one look: the new standings, the steps, and when to look again."""

    standings: Mapping[Machine, Standing]
    transitions: tuple[Transition, ...]
    attempt: int
    due_at: float

    @property
    def changed(self) -> bool:
        return bool(self.transitions)


def step(standing: Standing, event: Event, now: float, window: float = WINDOW) -> Standing:
    """Where the machine stands after this event; itself, where the event says nothing to it."""
    after = TABLE[standing.state].get(event)
    if after is None or (after is standing.state and event is not Event.REPLACED):
        return standing
    return Standing(after, now, now + window if after in OPEN else None)


def timely(standing: Standing, event: Event, now: float) -> Event:
    """An incomplete look at or after the end of the window is its end. Silence ends nothing."""
    over = standing.deadline is not None and now >= standing.deadline
    return Event.EXPIRED if over and event is Event.INCOMPLETE else event


def moved(standing: Standing, machine: Machine, event: Event, now: float, seen: tuple[Seen, ...]) -> Transition | None:
    """The step that this event makes, None where it makes none."""
    after = step(standing, event, now)
    if after is standing:
        return None
    return Transition(machine, standing.state, after.state, event, now, seen)


@dataclass(frozen=True, slots=True)
class News:
    """What is new in a picture. `changed`: the records look different; `stirred`: the zone was edited, its serial is
    another one; `suspect`: something that was verified seems lost or was not heard of, which has to be settled soon."""

    changed: bool = False
    stirred: bool = False
    suspect: bool = False


NOTHING_NEW = News()


def decide(
    identity: Identity,
    sightings: Mapping[Machine, Sighting],
    now: float,
    *,
    news: News = NOTHING_NEW,
    chance: float = 0.5,
) -> Decision:
    """What one look does to an identity. `chance` in [0, 1) spreads the next looks."""
    standings: dict[Machine, Standing] = {}
    steps: list[Transition] = []
    for machine in MACHINES:
        before = identity.standing(machine)
        sighting = _heeded(identity, machine, sightings.get(machine, Sighting(Event.SILENT)))
        event = timely(before, sighting.event, now)
        standings[machine] = step(before, event, now)
        if (made := moved(before, machine, event, now, sighting.seen)) is not None:
            steps.append(made)
    attempt = (
        0 if steps or news.changed else min(identity.attempt + 1, STIRRED_ATTEMPT if news.stirred else MOST_ATTEMPTS)
    )
    due_at = (
        now + pause_after(attempt, chance)
        if news.suspect
        else next_look(standings, attempt, now, chance, identity.kind)
    )
    return Decision(standings, tuple(steps), attempt, due_at)


def _heeded(identity: Identity, machine: Machine, sighting: Sighting) -> Sighting:
    """Ownership goes down with DKIM only where DKIM had been proved: a new key that is still to be published, which
    puts DKIM back to PENDING, takes nobody's right to send away."""
    held = machine is Machine.OWNERSHIP and identity.ownership.state is State.SUCCESS
    proving = identity.dkim.state in {State.SUCCESS, State.TEMPORARY_FAILURE, State.NOT_STARTED}
    return Sighting(Event.SILENT) if held and not proving and sighting.event is Event.INCOMPLETE else sighting


def next_look(
    standings: Mapping[Machine, Standing], attempt: int, now: float, chance: float, kind: Kind = Kind.DOMAIN
) -> float:
    """When to look again: soon while anything is open, daily while anything is verified, never when all has ended."""
    ends = [s.deadline for s in standings.values() if s.deadline is not None]
    if kind is Kind.ADDRESS:
        return min(ends, default=NEVER)
    states = {standing.state for standing in standings.values()}
    return next_look_of(bool(states & OPEN), State.SUCCESS in states, ends, attempt, now, chance)


def next_look_of(waiting: bool, held: bool, ends: Iterable[float], attempt: int, now: float, chance: float) -> float:
    """The same for a domain: whether anything is open, whether anything is verified, and when its windows end."""
    if waiting:
        return min([now + pause_after(attempt, chance), *[end for end in ends if end > now]])
    return now + _jittered(DRIFT_PAUSE, chance) if held else NEVER


def pause_after(attempt: int, chance: float) -> float:
    """5 s, then half as long again each time, at most an hour; a tenth more or less by chance, against crowds."""
    grown = FIRST_PAUSE * GROWTH ** min(attempt, 20)
    return _jittered(min(grown, LONGEST_PAUSE), chance)


def _jittered(pause: float, chance: float) -> float:
    return pause * (1 - JITTER + 2 * JITTER * chance)

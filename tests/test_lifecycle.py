"""The lifecycle against its table in the issue, and what no sequence of events may do."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from unpend.lifecycle import (
    DRIFT_PAUSE,
    JITTER,
    LONGEST_PAUSE,
    NEVER,
    WINDOW,
    News,
    Sighting,
    decide,
    next_look,
    pause_after,
    step,
    timely,
)
from unpend.model.identity import Event, Identity, IdentityKey, Kind, Machine, Standing, State

LOOKS = (Event.COMPLETE, Event.INCOMPLETE, Event.SILENT)
TABLE = """
                    begin    complete  incomplete         silent             expired
not_started         pending  .         .                  .                  .
pending             .        success   pending            pending            failed
success             .        success   temporary_failure  success            .
temporary_failure   .        success   temporary_failure  temporary_failure  failed
failed              pending  .         .                  .                  .
"""


def rows() -> list[tuple[str, str, str]]:
    head, *lines = TABLE.strip().splitlines()
    return [
        (state, event, state if after == "." else after)
        for state, *afters in (line.split() for line in lines)
        for event, after in zip(head.split(), afters, strict=True)
    ]


@pytest.mark.parametrize(("state", "event", "after"), rows())
def test_every_cell_of_the_table(state: str, event: str, after: str) -> None:
    before = Standing(State(state), 5.0, 7.0)
    moved = step(before, Event(event), 100.0)
    assert moved.state == after
    if moved.state is before.state:
        assert moved is before, "what does not move keeps its window"
    else:
        ends = 100.0 + WINDOW if moved.state in {State.PENDING, State.TEMPORARY_FAILURE} else None
        assert moved == Standing(State(after), 100.0, ends)


def identity(ownership: Standing, dkim: Standing, mail_from: Standing, attempt: int = 0) -> Identity:
    key = IdentityKey("1", "us-east-1", "example.com")
    return Identity(1, "u", key, Kind.DOMAIN, 0.0, ownership, dkim, mail_from, attempt=attempt)


standings = st.builds(
    lambda state, deadline: Standing(
        state, 0.0, deadline if state in {State.PENDING, State.TEMPORARY_FAILURE} else None
    ),
    st.sampled_from(State),
    st.floats(0, 1e6),
)
identities = st.builds(identity, standings, standings, standings, st.integers(0, 1000))
looks = st.dictionaries(st.sampled_from(Machine), st.builds(Sighting, st.sampled_from(LOOKS)))


@given(identities, looks, st.floats(0, 1e7), st.booleans(), st.floats(0, 0.999))
def test_what_no_look_may_do(
    before: Identity, seen: dict[Machine, Sighting], now: float, changed: bool, chance: float
) -> None:
    decision = decide(before, seen, now, news=News(changed), chance=chance)
    for machine in Machine:
        was, is_ = before.standing(machine), decision.standings[machine]
        event = seen.get(machine, Sighting(Event.SILENT)).event
        if event is Event.SILENT or was.state in {State.FAILED, State.NOT_STARTED}:
            assert is_ == was, "silence moves nothing, and FAILED is left only by beginning anew"
        if is_.state is State.FAILED and was.state is not State.FAILED:
            assert was.deadline is not None
            assert now >= was.deadline
        assert (is_.deadline is not None) == (is_.state in {State.PENDING, State.TEMPORARY_FAILURE})
    steps = {t.machine: (t.before, t.after) for t in decision.transitions}
    moved = {m: (before.standing(m).state, decision.standings[m].state) for m in Machine}
    assert steps == {machine: pair for machine, pair in moved.items() if pair[0] is not pair[1]}
    assert decision.due_at == NEVER or now < decision.due_at <= now + DRIFT_PAUSE * (1 + JITTER)


@given(st.integers(0, 10_000), st.floats(0, 0.999))
def test_the_published_pauses(attempt: int, chance: float) -> None:
    plain = min(5.0 * 1.5 ** min(attempt, 1000), LONGEST_PAUSE)
    assert plain * 0.9 <= pause_after(attempt, chance) <= plain * 1.1


def test_a_window_of_72_hours_costs_few_looks() -> None:
    pending = Standing(State.PENDING, 0.0, WINDOW)
    now, looks, before = 0.0, 0, identity(pending, pending, pending)
    while before.dkim.state is State.PENDING:
        looks += 1
        decision = decide(before, {machine: Sighting(Event.INCOMPLETE) for machine in Machine}, now)
        dkim = decision.standings[Machine.DKIM]
        before = replace(before, ownership=dkim, dkim=dkim, mail_from=dkim, attempt=decision.attempt)
        now = decision.due_at
    assert dkim.state is State.FAILED
    assert looks < 100
    assert decision.due_at == NEVER, "nobody looks at what has ended"


def test_a_new_key_takes_no_right_to_send_away() -> None:
    verified, pending = Standing(State.SUCCESS), Standing(State.PENDING, 0.0, WINDOW)
    missing = {machine: Sighting(Event.INCOMPLETE) for machine in Machine}
    kept = decide(identity(verified, pending, Standing()), missing, 10.0)
    assert kept.standings[Machine.OWNERSHIP].state is State.SUCCESS
    lost = decide(identity(verified, verified, Standing()), missing, 10.0)
    assert lost.standings[Machine.OWNERSHIP].state is State.TEMPORARY_FAILURE


def test_an_end_of_a_window_is_looked_at_in_time() -> None:
    standings = {Machine.DKIM: Standing(State.PENDING, 0.0, 100.0)}
    assert next_look(standings, 15, 90.0, 0.5) == 100.0
    assert timely(standings[Machine.DKIM], Event.INCOMPLETE, 100.0) is Event.EXPIRED
    assert timely(standings[Machine.DKIM], Event.SILENT, 200.0) is Event.SILENT

"""The C half says what the pure half says, whatever a peer sends and whatever is sought."""

from __future__ import annotations

import random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from unpend.model.expected import ExpectedRecord, Purpose
from unpend.observer.bulk import Sought, Subject
from unpend.observer.bulk.half import PURE, half_of
from unpend.observer.bulk.judge import judged, plainly_absent, plainly_right
from unpend.observer.bulk.subject import _plain_sought

from .hostile import Peer, answers, compared, flooded, session, subjects, words_apart


@pytest.fixture(scope="module")
def c(module: Any) -> Any:
    """The C half, which knows the classes that it makes."""
    if module is None:
        pytest.skip("no C compiler here")
    module.know(Sought, Subject, ExpectedRecord, Purpose.DKIM)
    return module


@pytest.mark.parametrize("seed", range(12))
def test_both_halves_make_the_same_of_a_hostile_peer(c: Any, seed: int) -> None:
    peer = Peer()
    try:
        ours, apart = compared(half_of(c), PURE, seed, peer)
    finally:
        peer.close()
    assert apart == []
    assert sorted(ours.verdicts) == list(range(40))
    assert ours.datagrams > 20


def test_the_hostile_peer_reaches_every_way() -> None:
    peer = Peer()
    try:
        told = [each for seed in range(12) for each in session(PURE, seed, peer).told]
    finally:
        peer.close()
    assert {way for _, way, _ in told} == {"right", "absent", "rest", "silent"}


@settings(max_examples=300, deadline=None)
@given(seed=st.integers(0, 1 << 32))
def test_what_needs_no_reading_is_told_alike_and_judged_the_same(c: Any, seed: int) -> None:
    dice = random.Random(seed)
    for sought in (each for subject in subjects(dice, 3) for each in subject.sought):
        query = dice.randbytes(2) + b"\1\0\0\1" + bytes(6) + sought.question
        behind = 12 + len(sought.question)
        for data in answers(query, sought.target or b"\1x\0", seed):
            if len(data) < 12:
                continue
            for recurse in (False, True):
                absent = plainly_absent(data, sought.question, recurse)
                assert c.plainly_absent(data, sought.question, recurse) is absent
            right = plainly_right(data, behind, sought.target)
            assert c.plainly_right(data, behind, sought.target) is right
            if right and data[4:6] == b"\0\1" and data[12:behind] == sought.question:
                assert judged(data, sought).right


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 1 << 32))
def test_words_of_all_sorts_make_the_same_subjects(c: Any, seed: int) -> None:
    assert words_apart(c, seed) == []
    assert c.dkim_subject(1, "a.example.", ("x", "y"), "dkim.example.", False) is not None


@pytest.mark.parametrize("seed", [6, 7])
def test_more_questions_than_there_are_slots_are_given_up_once(c: Any, seed: int) -> None:
    peer = Peer()
    try:
        flooded(half_of(c), peer, seed)
    finally:
        peer.close()


TEXT = st.text(alphabet=st.characters(codec="utf-8", exclude_categories=["Cs"]), max_size=70)
HOSTS = st.one_of(st.lists(st.text(alphabet="abZ-_9*@ \\\0", max_size=64), max_size=8).map(".".join), TEXT)
KINDS = st.sampled_from(["CNAME", "CNAME", "TXT", "MX"])


@settings(max_examples=300, deadline=None)
@given(
    name=HOSTS.map(lambda n: n + "."), kind=KINDS, values=st.lists(HOSTS, min_size=1, max_size=2), behind=st.booleans()
)
def test_what_is_sought_is_the_same_or_left_to_the_long_way(
    c: Any, name: str, kind: str, values: list[str], behind: bool
) -> None:
    record = ExpectedRecord(Purpose.DKIM, name, kind, tuple(f"{value}." for value in values))
    made = c.sought(record, behind)
    try:
        plain = _plain_sought(record, behind)
    except ValueError:
        assert made is None
        return
    assert made in (None, plain)

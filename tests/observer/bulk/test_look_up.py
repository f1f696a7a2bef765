"""The bulk look-up against peers that misbehave, on real sockets: nothing lost, nothing guessed."""

from __future__ import annotations

import itertools
import random
import struct
from collections.abc import Iterable
from typing import Any

import pytest

from unpend.model.records import Outcome
from unpend.observer.bulk import Fast, flight
from unpend.observer.bulk.half import PURE, half_of

from .world import coded, looked_up, right

HALVES = ("pure", "c")


@pytest.fixture(params=HALVES, autouse=True)
def half(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, module: Any) -> None:
    """Every test of this file holds for the pure and for the C half of the sockets."""
    if request.param == "c" and module is None:
        pytest.skip("no C compiler here")
    monkeypatch.setattr(flight, "chosen", lambda: half_of(module) if request.param == "c" else PURE)


async def test_verdicts_are_right_and_each_comes_once() -> None:
    found = await looked_up(40, lambda d: [right(d)])
    assert {k: v.fast for k, v in found.items() if v.fast is not Fast.RIGHT} == {7: Fast.OTHER, 8: Fast.OTHER}
    assert found[7].seen[0].outcome is Outcome.NXDOMAIN
    assert found[8].seen[0].values == ("CNAME else.example.",)


async def test_silence_is_never_absence() -> None:
    asked: list[bytes] = []

    def silent(data: bytes) -> list[bytes]:
        asked.append(data)
        return []

    found = await looked_up(3, silent, tries=2, timeout=0.1)
    assert {v.fast for v in found.values()} == {Fast.SILENT}
    assert {s.outcome for s in found[0].seen} == {Outcome.TIMEOUT}
    assert len(asked) == 3 * 3 * 2


@pytest.mark.parametrize("rcode", [2, 5])
async def test_trouble_is_never_absence(rcode: int) -> None:
    found = await looked_up(2, lambda d: [coded(d, rcode)], tries=2)
    assert {s.outcome for v in found.values() for s in v.seen} == {Outcome.SERVFAIL if rcode == 2 else Outcome.REFUSED}
    assert {v.fast for v in found.values()} == {Fast.SILENT}


async def test_lost_packets_are_asked_again_and_change_no_verdict() -> None:
    dice = random.Random(5)
    found = await looked_up(40, lambda d: [right(d)] if dice.random() > 0.2 else [], tries=9, timeout=0.15, window=30)
    assert {k for k, v in found.items() if v.fast is not Fast.RIGHT} == {7, 8}


def forged(data: bytes) -> Iterable[bytes]:
    """Answers that an attacker might send first: another id, another question, no answer at all, cut off."""
    good = right(data)
    wrong = coded(data, 3)
    yield bytes([wrong[0] ^ 1]) + wrong[1:]
    yield wrong[:13] + b"x" + wrong[14:]
    yield wrong[:2] + b"\0\3" + wrong[4:]
    yield wrong[:7]
    yield b""
    yield good
    yield wrong


async def test_forged_answers_are_not_taken_for_the_right_one() -> None:
    found = await looked_up(5, forged)
    assert {v.fast for v in found.values()} == {Fast.RIGHT}


async def test_an_answer_cut_short_is_asked_for_over_tcp() -> None:
    def over_tcp(data: bytes) -> list[bytes]:
        answer = struct.pack("!H", len(right(data))) + right(data)
        return [answer[:1], answer[1:9], answer[9:]]

    found = await looked_up(12, lambda d: [coded(d, 0, tc=True)], over_tcp)
    assert {k for k, v in found.items() if v.fast is not Fast.RIGHT} == {7, 8}


async def test_no_tcp_behind_a_cut_answer_is_silence() -> None:
    found = await looked_up(1, lambda d: [coded(d, 0, tc=True)], lambda d: [b"\0\7"], tries=2, timeout=0.1)
    assert found[0].fast is Fast.SILENT


async def test_a_server_that_dislikes_edns_is_asked_without_it_from_then_on() -> None:
    disliked = itertools.count()

    def old(data: bytes) -> list[bytes]:
        if data[11]:
            next(disliked)
            return [coded(data, 1)[:12].replace(b"\0\1", b"\0\0", 1)]
        return [right(data)]

    found = await looked_up(7, old, window=3)
    assert {v.fast for v in found.values()} == {Fast.RIGHT}
    assert next(disliked) <= 6


async def test_mixed_case_is_checked_to_the_letter() -> None:
    def lower(data: bytes) -> list[bytes]:
        return [data[:2] + right(data[:2] + data[2:].lower())[2:]]

    def over_tcp(data: bytes) -> list[bytes]:
        return [struct.pack("!H", len(right(data))) + right(data)]

    kept = await looked_up(5, lambda d: [right(d)], mixed_case=True)
    lost = await looked_up(5, lower, over_tcp, mixed_case=True)
    assert {v.fast for v in (*kept.values(), *lost.values())} == {Fast.RIGHT}

"""How fast is asked, how much is held, and what many processes do with it."""

from __future__ import annotations

import asyncio
import itertools
import time
from collections.abc import Iterator

import pytest
from tests.observer.peers import peer

from unpend.observer.bulk import (
    UNLIMITED,
    BulkSettings,
    Fast,
    Subject,
    look_up,
    many_processes,
    subject_of,
)
from unpend.observer.bulk.target import Target
from unpend.observer.settings import Resolver

from .world import coded, expected, looked_up, right, subjects


async def test_no_server_is_asked_faster_than_the_stated_rate() -> None:
    asked: list[float] = []

    def noted(data: bytes) -> list[bytes]:
        asked.append(time.monotonic())
        return [right(data)]

    await looked_up(40, noted, rate=200.0, timeout=1.0)
    assert len(asked) == 120
    assert asked[-1] - asked[0] >= 100 / 200


async def test_trouble_lowers_the_pace() -> None:
    asked: list[float] = []

    def refusing(data: bytes) -> list[bytes]:
        asked.append(time.monotonic())
        return [coded(data, 5)]

    await looked_up(50, refusing, rate=100.0, tries=1, timeout=1.0)
    assert len(asked) == 150
    assert asked[-1] - asked[0] >= 1.7
    assert asked[-1] - asked[99] >= 0.8


def test_a_moment_of_silence_is_not_death_and_an_outage_holds_the_scan_up() -> None:
    target = Target("127.0.0.1", 53, rate=UNLIMITED, window=100)
    for _ in range(50):
        target.silent(now=10.0)
    assert target.allowance(10.0) == 64
    target.silent(now=13.5)
    assert target.allowance(13.5) == 8
    target.spend(8)
    assert target.dead(13.6)
    assert target.allowance(13.6) <= 0
    target.answers()
    assert not target.dead(13.7)
    assert target.allowance(13.7) == 64


async def test_a_resolver_that_was_away_for_a_while_loses_nothing() -> None:
    asked: list[float] = []

    def away(data: bytes) -> list[bytes]:
        asked.append(time.monotonic())
        return [right(data)] if asked[-1] - asked[0] > 0.7 else []

    found = await looked_up(60, away, timeout=0.2, patience=1.5, tries=6, window=60)
    assert {k for k, v in found.items() if v.fast is not Fast.RIGHT} == {7, 8}


async def test_the_input_is_taken_as_there_is_room() -> None:
    taken = itertools.count()

    def endless() -> Iterator[Subject]:
        while True:
            yield subject_of(expected(next(taken)))

    async with peer(lambda d: [right(d)]) as port:
        settings = BulkSettings((Resolver("127.0.0.1", port),), window=16, rate=UNLIMITED)
        run = look_up(endless(), settings)
        await asyncio.to_thread(lambda: list(itertools.islice(run, 50)))
        run.close()
    assert next(taken) < 50 + 2 * 256


async def test_many_processes_say_the_same() -> None:
    async with peer(lambda d: [right(d)]) as port:
        settings = BulkSettings((Resolver("127.0.0.1", port),), rate=UNLIMITED, window=32, timeout=3.0)
        found = await asyncio.to_thread(lambda: list(many_processes(subjects(90), settings, 2)))
        alone = await asyncio.to_thread(lambda: list(look_up(subjects(90), settings)))
    assert sorted(found, key=lambda v: v.key) == sorted(alone, key=lambda v: v.key)
    assert len(found) == 90


async def test_what_the_input_raises_reaches_the_caller() -> None:
    def failing() -> Iterator[Subject]:
        yield from subjects(3)
        raise OSError("the disk is gone")

    settings = BulkSettings((Resolver("127.0.0.1", 9),), rate=UNLIMITED, timeout=0.05)
    for run in (lambda: list(look_up(failing(), settings)), lambda: list(many_processes(failing(), settings, 2))):
        with pytest.raises(OSError, match="the disk is gone"):
            await asyncio.to_thread(run)


@pytest.mark.parametrize("told", [{"window": 0}, {"rate": 0}, {"timeout": 90}, {"tries": 99}, {"resolvers": ()}])
def test_settings_out_of_bounds_are_refused(told: dict[str, float]) -> None:
    with pytest.raises(ValueError, match=r"must be|neither"):
        BulkSettings(**{"resolvers": (Resolver("127.0.0.1"),), **told})  # type: ignore[arg-type]

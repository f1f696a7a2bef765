"""kill -9 at random points of server, worker, webhook delivery, migration and first start; each time then a restart.

UNPEND_KILLS says how many in all (`./dev faults`: 200), UNPEND_SEED repeats a run.
"""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from tests.databases import fresh_database
from tests.engine.receivers import plain
from tests.faults.killing import rounds, seeded
from tests.faults.promises import as_promised, told_once
from tests.faults.scene import Scene, scene, until

Round = Callable[[Scene], Awaitable[list[int]]]


async def while_it_serves(here: Scene) -> list[int]:
    """One in four dies while it starts; the others amid calls, looks and deliveries."""
    number = await here.serve()
    if here.chance.random() < 0.25:
        await asyncio.sleep(here.chance.uniform(0, 0.25))
        return [number]
    await here.asking.ready()
    asking = asyncio.create_task(here.asking.go_on())
    await asyncio.sleep(here.chance.uniform(0, 0.15))
    assert await here.victims.kill(number) == -signal.SIGKILL
    await asking
    return []


async def while_it_looks(here: Scene) -> list[int]:
    """Killed when the first questions are there, or some milliseconds later."""
    here.create(8)
    before = here.resolver.asked
    numbers = [await here.worker() for _ in range(1 if here.house.database.sqlite else 2)]
    await until(lambda: here.resolver.asked > before)
    await asyncio.sleep(here.chance.choice([0, here.chance.uniform(0, 0.02), here.chance.uniform(0, 0.1)]))
    return numbers


async def while_it_delivers(here: Scene) -> list[int]:
    """Killed while the receiver has taken some and holds others."""

    async def slow(writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(here.chance.uniform(0, 0.02))
        await plain("200 OK")(writer)

    here.create(4)
    here.receiver.answer = slow
    before = len(here.receiver.got)
    number = await here.worker()
    wanted = before + here.chance.randint(1, 9)
    async with asyncio.timeout(60):
        while len(here.receiver.got) < wanted:
            await asyncio.sleep(0.001)
    return [number]


KINDS: dict[str, Round] = {"serve": while_it_serves, "worker": while_it_looks, "delivery": while_it_delivers}


@pytest.mark.parametrize("kind", ["sqlite", "postgres"])
async def test_nothing_is_lost_and_nothing_happens_twice(
    kind: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    chance, some = seeded(), kind == "sqlite"
    url = f"sqlite:///{tmp_path}/unpend.db" if some else fresh_database(request.getfixturevalue("postgres"))
    order = [each for each in KINDS for _ in range(rounds(each) if some else max(2, rounds(each) // 5))]
    chance.shuffle(order)
    async with scene(tmp_path, url, chance) as here:
        for each in order:
            for number in await KINDS[each](here):
                assert await here.victims.kill(number) == -signal.SIGKILL
            here.receiver.answer = plain("200 OK")
            here.later()
            here.survived()
        number = await here.serve()
        await here.asking.ready()
        await asked_to_the_end(here)
        await here.settled()
        assert await here.victims.kill(number, signal.SIGTERM) == 0
        here.survived()
        as_promised(here)
        told_once(here)


async def asked_to_the_end(here: Scene) -> None:
    """What was cut off is asked again, and some more."""
    asking = asyncio.create_task(here.asking.go_on())
    wanted = here.asking.answered + 5
    await until(lambda: asking.done() or here.asking.answered >= wanted)
    assert not asking.done(), asking
    here.asking.enough = True
    await asking

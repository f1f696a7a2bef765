"""`unpend serve` ends while a receiver holds its request: killed, and asked to stop. Nothing is lost either way."""

from __future__ import annotations

import asyncio
import contextlib
import signal
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
from tests.engine.receivers import plain
from tests.faults.killing import seeded
from tests.faults.promises import as_promised, told_once
from tests.faults.scene import ACCOUNT, Scene, scene, until

# docs/operate.md says half a minute at most; twice that, since the machine that tests may have other things to do.
BOUND = 60


async def holds_for_ever(_: asyncio.StreamWriter) -> None:
    """Takes the request and never says anything."""
    await asyncio.Event().wait()


@contextlib.asynccontextmanager
async def served_and_held(folder: Path) -> AsyncIterator[tuple[Scene, int]]:
    """A server in the middle of deliveries to somebody who holds all of them."""
    async with scene(folder, f"sqlite:///{folder}/unpend.db", seeded()) as here:
        here.receiver.answer = holds_for_ever
        here.create(9)
        number = await here.serve()
        await here.asking.ready()
        await until(lambda: len(here.receiver.got) >= 4)
        yield here, number
        held = {each.headers["webhook-id"] for each in here.receiver.got}
        here.receiver.answer = plain("200 OK")
        here.later()
        number = await here.serve()
        await here.settled()
        assert await here.victims.kill(number, signal.SIGTERM) == 0
        here.survived()
        as_promised(here)
        told_once(here)
        assert held <= {each.headers["webhook-id"] for each in here.receiver.got[4:]}, "again, under the same id"


async def test_killed_while_a_receiver_holds_its_request(tmp_path: Path) -> None:
    async with served_and_held(tmp_path) as (here, number):
        assert await here.victims.kill(number) == -signal.SIGKILL


async def test_stopped_while_a_receiver_and_clients_hold_on(tmp_path: Path) -> None:
    """It does not wait for those who never come to an end: the receiver, a stream of events, half a request."""
    async with served_and_held(tmp_path) as (here, number):
        held, writer = await asyncio.open_connection("127.0.0.1", here.port)
        writer.write(b"POST /api/v1/domains HTTP/1.1\r\nHost: localhost\r\nContent-Length: 50\r\n\r\n{")
        async with aiohttp.ClientSession(here.asking.url) as session:
            page = await (await session.get("/api/v1/domains")).json()
            async with session.get(f"/api/v1/domains/{page['items'][0]['id']}/events") as stream:
                assert stream.status == 200
                async with asyncio.timeout(BOUND):
                    assert await here.victims.kill(number, signal.SIGTERM) == 0
                assert b"event: domain" in await stream.content.read(), "ended, not broken off"
                assert (await held.read()).startswith(b"HTTP/1.1 503 "), "asked again later, it is not lost"
        writer.close()
        ids = [each.headers["webhook-id"] for each in here.receiver.got]
        assert len(set(ids)) == len(ids) <= 8, "nothing new is begun"
        endpoint = here.hooks.list(ACCOUNT)[0].uid
        untried = [each for each in here.hooks.deliveries(ACCOUNT, endpoint) if each.attempt == 0]
        assert {each.uid for each in untried}.isdisjoint(ids)
        now = here.house.clock.now()
        assert [each.due_at <= now for each in untried if each.due_at] == [True] * len(untried), "given back at once"
        assert untried

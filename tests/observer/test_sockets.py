"""Questions on shared sockets, on the loops that unpend runs on."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest
from tests.observer.peers import peer

from unpend.model.records import Outcome, Probe, Question, Role, Server
from unpend.observer.wire.client import Wire

uvloop = pytest.importorskip("uvloop", reason="there is no uvloop for Windows")
LOOPS = [asyncio.new_event_loop, uvloop.new_event_loop]


@pytest.mark.parametrize("loop", LOOPS, ids=["asyncio", "uvloop"])
def test_questions_that_are_due_at_once(loop: Callable[[], asyncio.AbstractEventLoop]) -> None:
    async def outcomes() -> set[Outcome]:
        async with peer(lambda _: ()) as port, Wire(route=lambda *_: ("127.0.0.1", port)) as wire:
            server = Server(Role.AUTHORITATIVE, "ns.example.", "192.0.2.1")
            probe = Probe(Question("example.com.", "SOA"))
            asked = (wire.ask(server, probe, seconds) for seconds in (0.0, 0.0, 0.05, 0.02))
            return {each.outcome for each in await asyncio.gather(*asked)}

    with asyncio.Runner(loop_factory=loop) as runner:
        assert runner.run(outcomes()) == {Outcome.TIMEOUT}

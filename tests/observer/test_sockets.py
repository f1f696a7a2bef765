"""Questions on shared sockets, on the loops that unpend runs on."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Callable, Iterable, Iterator
from functools import partial

import dns.message
import pytest
from tests.observer.peers import peer
from tests.observer.test_misbehaving import edited, good

from unpend.model.records import Outcome, Probe, Question, Role, Server
from unpend.observer.wire.chance import POOL, Chance
from unpend.observer.wire.client import Wire
from unpend.observer.wire.message import Query, encode
from unpend.observer.wire.place import AT_ONCE_PER_SERVER
from unpend.observer.wire.sockets import SOCKETS, Heard, Sockets

uvloop = pytest.importorskip("uvloop", reason="there is no uvloop for Windows")
LOOPS = [asyncio.new_event_loop, uvloop.new_event_loop]
Loop = Callable[[], asyncio.AbstractEventLoop]
on_both_loops = pytest.mark.parametrize("loop", LOOPS, ids=["asyncio", "uvloop"])
SERVER = Server(Role.AUTHORITATIVE, "ns.example.", "192.0.2.1")


@on_both_loops
def test_questions_that_are_due_at_once(loop: Loop) -> None:
    async def outcomes() -> set[Outcome]:
        async with peer(lambda _: ()) as port, Wire(route=lambda *_: ("127.0.0.1", port)) as wire:
            probe = Probe(Question("example.com.", "SOA"))
            asked = (wire.ask(SERVER, probe, seconds) for seconds in (0.0, 0.0, 0.05, 0.02))
            return {each.outcome for each in await asyncio.gather(*asked)}

    with asyncio.Runner(loop_factory=loop) as runner:
        assert runner.run(outcomes()) == {Outcome.TIMEOUT}


def encoded(name: str, id_: int = 4711) -> Query:
    return encode(Probe(Question(name, "TXT")), id_, Chance())


@on_both_loops
def test_the_same_id_at_one_peer(loop: Loop) -> None:
    """Each is told its own answer, though those of all others come before it; also once sockets are used again."""
    asked = [(f"n{number}.example.", 4000 + number // 4) for number in range(SOCKETS, 5 * SOCKETS)]

    async def heard() -> list[bytes]:
        sent: dict[bytes, bytes] = {}

        def answers(data: bytes) -> Iterable[bytes]:
            name = dns.message.from_wire(data).question[0].name.to_text().lower()
            sent[good(data, name)] = data[:2]
            return [answer for answer, id_ in sent.items() if id_ == data[:2]]

        async with peer(answers) as port:
            sockets = Sockets(asyncio.get_running_loop())
            try:
                warm = [(f"n{number}.example.", number) for number in range(SOCKETS)]
                told = [sockets.ask(("127.0.0.1", port), partial(encoded, *each), 9.0) for each in (*warm, *asked)]
                return [each.data for each in (await asyncio.gather(*told))[SOCKETS:]]
            finally:
                sockets.close()

    with asyncio.Runner(loop_factory=loop) as runner:
        for (name, id_), data in zip(asked, runner.run(heard()), strict=True):
            message = dns.message.from_wire(data)
            assert (message.id, message.question[0].name.to_text().lower()) == (id_, name)
            assert f'"{name}"' in message.answer[0].to_text()


@on_both_loops
def test_a_second_try_with_the_id_of_the_first(loop: Loop) -> None:
    """Each try keeps its own place: the answer to either ends the question, once, and what comes later ends nothing."""

    async def heard() -> tuple[list[str], int]:
        told: list[Heard | Exception] = []
        came: list[bytes] = []
        over = asyncio.Event()

        def answers(data: bytes) -> Iterable[bytes]:
            came.append(data)
            return [good(data, "first"), good(data, "first")] if len(came) == 2 else []

        def tell(how: Heard | Exception) -> None:
            told.append(how)
            over.set()

        async with peer(answers) as port:
            sockets = Sockets(asyncio.get_running_loop())
            sockets.begin(("127.0.0.1", port), partial(encoded, "n.example."), 9.0, 0.02, tell)
            await over.wait()
            sockets.close()
            await asyncio.sleep(0.02)
            return [type(how).__name__ for how in told], len(came)

    with asyncio.Runner(loop_factory=loop) as runner:
        assert runner.run(heard()) == (["Heard"], 2)


@on_both_loops
def test_an_answer_that_comes_twice_is_no_wrong_one(loop: Loop) -> None:
    """A network that repeats a datagram does not make another server's silence look like nonsense."""

    async def outcomes() -> tuple[Outcome, Outcome]:
        def answers(data: bytes) -> Iterable[bytes]:
            return [] if b"silent" in data.lower() else [good(data)] * 3

        async with peer(answers) as port, Wire(route=lambda *_: ("127.0.0.1", port)) as wire:
            silent = [Probe(Question(f"silent{number}.example.", "TXT")) for number in range(4 * SOCKETS)]
            waits = [asyncio.create_task(wire.ask(SERVER, each, 0.4)) for each in silent]
            await asyncio.sleep(0)
            said = await asyncio.gather(
                *(wire.ask(SERVER, Probe(Question("n.example.", t)), 9.0) for t in ("TXT", "MX"))
            )
            quiet = {each.outcome for each in await asyncio.gather(*waits)}
            assert len(quiet) == len({each.outcome for each in said}) == 1
            return quiet.pop(), said[0].outcome

    with asyncio.Runner(loop_factory=loop) as runner:
        assert runner.run(outcomes()) == (Outcome.TIMEOUT, Outcome.ANSWER)


@on_both_loops
def test_whoever_still_waits_is_told_that_it_is_over(loop: Loop) -> None:
    """Also who waits for a place at the server, and who was referred to TCP and waits there."""

    async def outcomes() -> set[tuple[Outcome, bool]]:
        truncated = asyncio.Event()

        def answers(data: bytes) -> Iterable[bytes]:
            return [edited(data, tc=True)] if b"long" in data.lower() else []

        def dripping(data: bytes) -> Iterator[bytes]:
            truncated.set()
            yield from itertools.repeat(b"\xff")

        async with peer(answers, dripping) as port:
            async with Wire(route=lambda *_: ("127.0.0.1", port)) as wire:
                names = ["long.example.", *(f"n{number}.example." for number in range(2 * AT_ONCE_PER_SERVER))]
                asked = [wire.persist(SERVER, Probe(Question(name, "TXT")), 99.0) for name in names]
                waits = [asyncio.create_task(each) for each in asked]
                await truncated.wait()
            return {(heard[-1].outcome, heard[-1].tc) for heard in await asyncio.gather(*waits)}

    with asyncio.Runner(loop_factory=loop) as runner:
        assert runner.run(outcomes()) == {(Outcome.TIMEOUT, False), (Outcome.NODATA, True)}


@on_both_loops
def test_nothing_is_sent_once_it_is_over(loop: Loop) -> None:
    async def asked() -> list[bytes]:
        told: list[bytes] = []

        def answers(data: bytes) -> Iterable[bytes]:
            told.append(data)
            return []

        async with peer(answers) as port:
            sockets = Sockets(asyncio.get_running_loop())
            sockets.close()
            for again in (0.0, 0.01):
                with pytest.raises(TimeoutError):
                    await sockets.ask(("127.0.0.1", port), partial(encoded, "n.example."), 9.0, again)
            await asyncio.sleep(0.02)
        return told

    with asyncio.Runner(loop_factory=loop) as runner:
        assert runner.run(asked()) == []


def test_random_numbers_come_once() -> None:
    """Across what is fetched at a time, in every size that is asked for."""
    chance = Chance()
    drawn = [chance.getrandbits(64) for _ in range(3 * POOL // 8)]
    assert len(set(drawn)) == len(drawn)
    assert {chance.getrandbits(8) for _ in range(4 * POOL)} == set(range(256))
    assert all(chance.getrandbits(bits).bit_length() <= bits for bits in (0, 16, 2040, 8 * POOL))

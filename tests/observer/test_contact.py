"""Who asks, said to the servers: what they make of it changes no answer, and whoever minds is not told again."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import dns.edns
import dns.message
import dns.rcode
import pytest
from tests.observer.bulk.world import looked_up, right
from tests.observer.peers import peer
from tests.observer.test_misbehaving import edited, good
from tests.real.daemons import PORT, Bind, Knot, Nsd
from tests.real.world import ADDRESSES, real_world

from unpend.engine.check import check
from unpend.lab import load_scenario
from unpend.model.errors import UsageError
from unpend.model.records import Probe, Question, Role, Server
from unpend.observer.bulk import Fast
from unpend.observer.wire import Wire
from unpend.sources.contact import read_contact

CONTACT = "https://example.com/scan"
CODE = 65301
Minds = Callable[[bytes], Iterable[bytes]]


def said(data: bytes) -> bool:
    """Whether the question names the contact."""
    options = dns.message.from_wire(data).options
    return [(o.otype, o.to_wire()) for o in options] == [(CODE, CONTACT.encode())]


MINDS: dict[str, Minds] = {
    "tolerated": lambda data: [good(data)],
    "formerr": lambda data: [edited(data, rcode=dns.rcode.FORMERR)],
    "badvers": lambda data: [edited(data, rcode=dns.rcode.BADVERS)],
    "refused": lambda data: [edited(data, rcode=dns.rcode.REFUSED)],
    "silence": lambda data: [],
}


@pytest.mark.parametrize("how", MINDS)
async def test_whoever_minds_is_asked_without_and_not_told_again(how: str) -> None:
    told: list[bool] = []

    def answers(data: bytes) -> Iterable[bytes]:
        told.append(said(data))
        return MINDS[how](data) if told[-1] else [good(data)]

    async with peer(answers) as port, Wire(contact=CONTACT) as wire:
        server = Server(Role.AUTHORITATIVE, "ns.", "127.0.0.1", port)
        for number in range(3):
            probe = Probe(Question(f"t{number}._domainkey.example.com.", "TXT"))
            heard = await wire.persist(server, probe, 8.0)
            assert [(e.rcode, e.probe.via.value, e.edns) for e in heard] == [("NOERROR", "udp", True)]
    assert told == ([True] * 3 if how == "tolerated" else [True, False, False, False])


@pytest.mark.parametrize("how", MINDS)
async def test_the_bulk_look_up_comes_to_the_same_verdicts(how: str) -> None:
    told: list[bool] = []

    def answers(data: bytes) -> Iterable[bytes]:
        told.append(said(data))
        return MINDS[how](data) if told[-1] and how != "tolerated" else [right(data)]

    with_contact = await looked_up(20, answers, contact=CONTACT, timeout=3.0)
    assert {n for n, verdict in with_contact.items() if verdict.fast is not Fast.RIGHT} == {7, 8}
    assert len(with_contact) == 20
    assert any(told)
    assert sum(told) <= len(told) / 4


@pytest.mark.parametrize("text", ["", " ", "a\nb@example.com", "postmaster@例え.jp", "x" * 101, "a\0b"])
def test_what_is_no_contact(text: str) -> None:
    with pytest.raises(UsageError):
        read_contact(text)


@pytest.mark.real
async def test_bind_knot_nsd_and_unbound_answer_at_once(tmp_path: Path) -> None:
    """One message a question: nobody had to be asked again without it; and the verdict is as without it."""
    async with real_world(load_scenario("healthy"), tmp_path, Bind) as world:
        for kind in (Knot, Nsd):
            world.daemons.append(other := kind(tmp_path / kind.program, [next(ADDRESSES)]))
            await asyncio.to_thread(other.serve, next(iter(world.zones_of.values())))
        probe = Probe(Question(world.lab.expected.records[0].name, "CNAME"), recurse=True)
        async with Wire(contact=CONTACT) as wire:
            for number, daemon in enumerate(world.daemons, 1):
                server = Server(Role.AUTHORITATIVE, daemon.program, daemon.addresses[0], PORT)
                heard = await wire.persist(server, probe, 10.0)
                assert [(e.outcome.conclusive, e.edns, e.probe.via.value) for e in heard] == [(True, True, "udp")], (
                    daemon
                )
                assert wire.sent == number, daemon.program
        assert {daemon.program for daemon in world.daemons} == {"named", "knotd", "nsd", "unbound"}
        lab, resolver = world.lab, next(each for each in world.daemons if each.program == "unbound").addresses[0]
        given: dict[str, Any] = {"resolvers": [(resolver, PORT)], "root_hints": lab.root_hints, "port": PORT}
        report = await check(lab.domain, lab.expected, contact=CONTACT, timeout=5, **given)
        assert (str(report.verdict), report.findings) == ("ok", ())
        assert {exchange.probe.via.value for exchange in report.observation.exchanges} == {"udp"}

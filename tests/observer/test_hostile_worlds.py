"""Whole checks against servers that answer everything with something hostile: bounded, and never an exception."""

from __future__ import annotations

import itertools
import random
import time
from collections.abc import Callable, Iterable

import dns.flags
import dns.message
import dns.name
import dns.rdatatype
import dns.rrset
import pytest
from world import ses

from unpend.engine.check import check
from unpend.report.verdict import Verdict

from .peers import peer

HERE = "127.0.0.1"
Name = dns.name.Name
Trick = Callable[[dns.message.Message, Name, random.Random], None]


def rr(name: Name | str, type_: str, *values: str) -> dns.rrset.RRset:
    return dns.rrset.from_text(name, 60, "IN", type_, *values)


def parents(name: Name) -> list[Name]:
    return [name.split(i)[1] for i in range(2, len(name.labels) + 1)]


def referral(response: dns.message.Message, name: Name, rng: random.Random) -> None:
    """Refers to any zone on the way, to servers that are here."""
    zone = rng.choice(parents(name))
    response.authority.append(rr(zone, "NS", f"ns.{zone}"))
    response.additional.append(rr(f"ns.{zone}", "A", HERE))


def refers_to_itself(response: dns.message.Message, name: Name, rng: random.Random) -> None:
    response.authority.append(rr(".", "NS", "a.root-servers.net."))
    response.additional.append(rr("a.root-servers.net.", "A", HERE))


def thousands_of_servers(response: dns.message.Message, name: Name, rng: random.Random) -> None:
    names = [f"ns{rng.getrandbits(40)}.d{i}.example." for i in range(1500)]
    response.authority.append(rr(rng.choice(parents(name)), "NS", *names))


def cname_loop(response: dns.message.Message, name: Name, rng: random.Random) -> None:
    response.flags |= dns.flags.AA
    other = f"x.{name}" if len(name.to_text()) < 200 else "x.example."
    response.answer += [rr(name, "CNAME", other), rr(other, "CNAME", name.to_text())]


def cname_chain(response: dns.message.Message, name: Name, rng: random.Random) -> None:
    response.flags |= dns.flags.AA
    names = [name.to_text(), *(f"c{i}.example." for i in range(1500))]
    response.answer += [rr(a, "CNAME", b) for a, b in itertools.pairwise(names)]


def zone_at_every_label(response: dns.message.Message, name: Name, rng: random.Random) -> None:
    response.flags |= dns.flags.AA
    response.authority.append(rr(rng.choice(parents(name)), "SOA", f"{name} {name} 1 2 3 4 4294967295"))


def odd_records(response: dns.message.Message, name: Name, rng: random.Random) -> None:
    response.flags |= dns.flags.AA
    raw = bytes(rng.randrange(256) for _ in range(40)).hex()
    response.answer += [rr(name, f"TYPE{rng.randrange(256, 60000)}", f"\\# 40 {raw}")]
    response.answer.append(rr(name, "TXT", '"\\027]0;owned\\007"', '"v=DKIM1; p=\\000\\255"'))


def denies(response: dns.message.Message, name: Name, rng: random.Random) -> None:
    response.flags |= dns.flags.AA
    response.set_rcode(dns.rcode.NXDOMAIN)


TRICKS: list[Trick] = [
    *(referral, refers_to_itself, thousands_of_servers, cname_loop, cname_chain, zone_at_every_label, odd_records),
    denies,
]


def answering(tricks: list[Trick], rng: random.Random) -> Callable[[bytes], bytes]:
    def answer(data: bytes) -> bytes:
        query = dns.message.from_wire(data)
        response = dns.message.make_response(query)
        rng.choice(tricks)(response, query.question[0].name, rng)
        wire = response.to_wire(max_size=65535)
        if rng.random() < 0.05:
            at = rng.randrange(12, len(wire))
            wire = wire[:at] + bytes([rng.randrange(256)]) + wire[at + 1 :]
        return wire

    return answer


CASES = [(trick.__name__, [trick], 1) for trick in TRICKS] + [(f"mixed-{i}", TRICKS, i) for i in range(12)]


@pytest.mark.parametrize(("tricks", "seed"), [c[1:] for c in CASES], ids=[c[0] for c in CASES])
async def test_bounded_and_never_an_exception(tricks: list[Trick], seed: int) -> None:
    answer = answering(tricks, random.Random(seed))

    def udp(data: bytes) -> Iterable[bytes]:
        wire = answer(data)
        return [wire if len(wire) < 60000 else wire[:2] + b"\x82\x00" + data[4:12] + data[12:]]

    def tcp(data: bytes) -> Iterable[bytes]:
        wire = answer(data)
        return [len(wire).to_bytes(2, "big") + wire]

    async with peer(udp, tcp) as port:
        started = time.perf_counter()
        report = await check(
            "example.com",
            ses(),
            resolvers=[(HERE, port)],
            root_hints=f". 3600 NS a.root-servers.net.\na.root-servers.net. 3600 A {HERE}\n",
            port=port,
            timeout=0.4,
            deadline=4,
        )
        took = time.perf_counter() - started
    assert took < 30
    assert report.to_dict("en")["queries"] <= 500
    assert report.verdict is not Verdict.OK
    for lang in ("en", "ja"):
        assert "\x1b" not in report.to_text(lang, verbose=1)
        assert report.to_json(lang)

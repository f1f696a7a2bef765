"""A small world for the bulk look-up: many domains at one peer, whose answers a test may spoil."""

from __future__ import annotations

import asyncio
import struct
from collections.abc import Iterator

import dns.message
import dns.rcode
import dns.rrset
from tests.observer.peers import Answers, peer

from unpend.model.expected import Expected, ExpectedRecord, Purpose
from unpend.observer.bulk import (
    UNLIMITED,
    BulkSettings,
    FastVerdict,
    Subject,
    look_up,
    subject_of,
)
from unpend.observer.settings import Resolver


def subjects(count: int) -> Iterator[Subject]:
    for number in range(count):
        yield subject_of(expected(number), number)


def expected(number: int) -> Expected:
    domain = f"d{number}.example.com."
    names = [(f"t{i}._domainkey.{domain}", f"t{i}-{number}.dkim.provider.example.") for i in range(3)]
    return Expected(domain, tuple(ExpectedRecord(Purpose.DKIM, name, "CNAME", (target,)) for name, target in names))


def right(data: bytes, domain: str = "") -> bytes:
    """What the wanted zone answers: d7 is absent, d8 has another target, the others are right."""
    query = dns.message.from_wire(data)
    name = query.question[0].name
    token, number = name.labels[0].decode().lower(), name.labels[2].decode().lower()[1:]
    response = dns.message.make_response(query)
    if number == "7":
        response.set_rcode(dns.rcode.NXDOMAIN)
    else:
        target = "else.example." if number == "8" else f"{token}-{number}.DKIM.provider.example."
        response.answer.append(dns.rrset.from_text(name, 60, "IN", "CNAME", target))
    return response.to_wire()


def coded(data: bytes, rcode: int, tc: bool = False) -> bytes:
    flags = struct.pack("!BB", 0x84 | (2 if tc else 0), rcode)
    question = dns.message.from_wire(data).question[0]
    name = question.name.to_wire()
    assert name
    return data[:2] + flags + b"\0\1\0\0\0\0\0\0" + data[12 : 12 + len(name) + 4]


async def looked_up(count: int, udp: Answers, tcp: Answers | None = None, **told: object) -> dict[int, FastVerdict]:
    async with peer(udp, tcp) as port:
        at = (Resolver("127.0.0.1", port),)
        settings = BulkSettings(at, **{"timeout": 0.6, "rate": UNLIMITED, **told})  # type: ignore[arg-type]
        found = await asyncio.to_thread(lambda: list(look_up(subjects(count), settings)))
    assert len(found) == count
    return {v.key: v for v in found}

"""The wire layer against peers that misbehave, on real sockets."""

from __future__ import annotations

import itertools
import struct
import time
from collections.abc import Iterable

import dns.flags
import dns.message
import dns.rcode
import dns.rrset

from unpend.model.records import Exchange, Outcome, Probe, Question, Role, Server, Via
from unpend.observer.wire import Wire

from .peers import Answers, peer

NAME = "tok._domainkey.example.com."
PROBE = Probe(Question(NAME, "TXT"))
ENDS = 10.0  # seconds within which what is bounded has ended, on a busy machine too


def good(data: bytes, text: str = "right") -> bytes:
    query = dns.message.from_wire(data)
    response = dns.message.make_response(query)
    response.flags |= dns.flags.AA
    response.answer.append(dns.rrset.from_text(query.question[0].name, 60, "IN", "TXT", f'"{text}"'))
    return response.to_wire()


def edited(data: bytes, **flags: object) -> bytes:
    response = dns.message.make_response(dns.message.from_wire(data))
    if flags.get("tc"):
        response.flags |= dns.flags.TC
    response.set_rcode(dns.rcode.Rcode(int(str(flags.get("rcode", 0)))))
    return response.to_wire()


def framed(data: bytes) -> list[bytes]:
    return [struct.pack("!H", len(data)) + data]


async def asked(udp: Answers, tcp: Answers | None = None, timeout: float = 0.6) -> tuple[tuple[Exchange, ...], float]:
    async with peer(udp, tcp) as port, Wire() as wire:
        started = time.perf_counter()
        heard = await wire.persist(Server(Role.AUTHORITATIVE, "ns.", "127.0.0.1", port), PROBE, timeout)
        return heard, time.perf_counter() - started


def nothing(data: bytes) -> Iterable[bytes]:
    return ()


async def test_right_answer() -> None:
    heard, _ = await asked(lambda d: [good(d)])
    assert (heard[-1].outcome, heard[-1].values("TXT"), heard[-1].aa) == (Outcome.ANSWER, ("right",), True)


async def test_forged_answers_are_not_taken_for_the_right_one() -> None:
    def forge(data: bytes) -> Iterable[bytes]:
        wrong_id = struct.pack("!H", int.from_bytes(data[:2], "big") ^ 1) + good(data, "forged")[2:]
        query = dns.message.make_query("other.example.", "TXT")
        query.id = int.from_bytes(data[:2], "big")
        return [wrong_id, good(query.to_wire(), "forged"), b"", b"\0", good(data)]

    heard, _ = await asked(forge)
    assert heard[-1].values("TXT") == ("right",)


async def test_only_forged_answers_are_malformed_and_end_in_time() -> None:
    heard, took = await asked(lambda d: [struct.pack("!H", int.from_bytes(d[:2], "big") ^ 1) + good(d)[2:]])
    assert heard[-1].outcome in {Outcome.MALFORMED, Outcome.TIMEOUT, Outcome.UNREACHABLE}
    assert not heard[-1].outcome.conclusive
    assert took < ENDS


async def test_garbage_is_malformed() -> None:
    heard, _ = await asked(lambda d: [d[:2] + b"\x80\x00\x00\x01" + b"\xff" * 90])
    assert heard[-1].outcome is Outcome.MALFORMED


async def test_truncation_goes_on_over_tcp() -> None:
    heard, _ = await asked(lambda d: [edited(d, tc=True)], lambda d: framed(good(d)))
    assert (heard[-1].outcome, heard[-1].probe.via) == (Outcome.ANSWER, Via.TCP)


async def test_truncation_without_tcp_tells_nothing() -> None:
    heard, took = await asked(lambda d: [edited(d, tc=True)], nothing)
    assert not heard[-1].outcome.conclusive
    assert took < ENDS


async def test_formerr_on_edns_is_asked_plainly() -> None:
    def old(data: bytes) -> Iterable[bytes]:
        return [edited(data, rcode=1) if dns.message.from_wire(data).edns >= 0 else good(data)]

    heard, _ = await asked(old)
    assert (heard[-1].outcome, heard[-1].probe.via) == (Outcome.ANSWER, Via.PLAIN)


async def test_silence_on_edns_is_asked_plainly_within_one_timeout() -> None:
    def deaf(data: bytes) -> Iterable[bytes]:
        return [] if dns.message.from_wire(data).edns >= 0 else [good(data)]

    heard, took = await asked(deaf)
    assert (heard[-1].outcome, heard[-1].probe.via) == (Outcome.ANSWER, Via.PLAIN)
    assert took < ENDS


async def test_silence_costs_one_timeout() -> None:
    heard, took = await asked(nothing, lambda d: itertools.repeat(b"", 10**9))
    assert heard[-1].outcome is Outcome.TIMEOUT
    assert took < ENDS


async def test_endless_tcp_is_cut_off() -> None:
    def endless(data: bytes) -> Iterable[bytes]:
        return itertools.chain([b"\xff\xff"], itertools.repeat(b"x", 10**9))

    heard, took = await asked(lambda d: [edited(d, tc=True)], endless)
    assert not heard[-1].outcome.conclusive
    assert took < ENDS


async def test_the_largest_message_is_read() -> None:
    def large(data: bytes) -> Iterable[bytes]:
        query = dns.message.from_wire(data)
        response = dns.message.make_response(query)
        response.flags |= dns.flags.AA
        texts = [f'"{i:04d}{"x" * 240}"' for i in range(240)]
        response.answer.append(dns.rrset.from_text(query.question[0].name, 60, "IN", "TXT", *texts))
        return framed(response.to_wire(max_size=65535))

    heard, _ = await asked(lambda d: [edited(d, tc=True)], large, timeout=2)
    assert len(heard[-1].records("TXT")) == 240


async def test_lower_cased_question_is_noted() -> None:
    def lowered(data: bytes) -> Iterable[bytes]:
        response = good(data)
        end = 12 + len(NAME) + 1
        return [response[:12] + response[12:end].lower() + response[end:]]

    heard, _ = await asked(lowered)
    assert (heard[-1].outcome, heard[-1].case_kept) == (Outcome.ANSWER, False)


async def test_nobody_there_is_told_at_once() -> None:
    async with peer(nothing) as port:
        pass
    async with Wire() as wire:
        started = time.perf_counter()
        heard = await wire.persist(Server(Role.AUTHORITATIVE, "ns.", "127.0.0.1", port), PROBE, 2)
    assert heard[-1].outcome in {Outcome.UNREACHABLE, Outcome.TIMEOUT}
    assert time.perf_counter() - started < ENDS


async def test_budget_is_kept() -> None:
    async with peer(lambda d: [good(d)]) as port, Wire(budget=5) as wire:
        server = Server(Role.AUTHORITATIVE, "ns.", "127.0.0.1", port)
        for i in range(12):
            await wire.ask(server, Probe(Question(f"n{i}.example.", "TXT")), 0.5)
        assert wire.sent == 5

"""The bulk look-up against peers that misbehave, on real sockets: nothing lost, nothing guessed."""

from __future__ import annotations

import asyncio
import itertools
import random
import struct
import time
from collections.abc import Iterable, Iterator

import dns.message
import dns.name
import dns.rcode
import dns.rrset
import pytest
from tests.observer.peers import Answers, peer

from unpend.model.expected import Expected, ExpectedRecord, Purpose
from unpend.model.records import Outcome
from unpend.observer.bulk import (
    UNLIMITED,
    BulkSettings,
    Fast,
    FastVerdict,
    Subject,
    look_up,
    many_processes,
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
    assert asked[-1] - asked[99] >= 1.6 * (asked[49] - asked[0])


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
        settings = BulkSettings((Resolver("127.0.0.1", port),), rate=UNLIMITED)
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


def test_names_that_cannot_be_asked_for_are_refused() -> None:
    for name in ("a..b.", f"{'x' * 64}.example.", "é.example.", f"{'abcdefgh.' * 40}"):
        record = ExpectedRecord(Purpose.OTHER, name, "TXT", ("x",))
        with pytest.raises(ValueError, match=r"name|label|ascii"):
            subject_of(Expected("example.", (record,)))

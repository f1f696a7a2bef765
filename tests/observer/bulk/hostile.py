"""The two halves of the bulk look-up against one hostile peer: the same questions, the same answers, and what each makes of them.

`./dev fuzz` runs this for minutes on the C half built with the address and undefined-behaviour sanitizers.
"""

from __future__ import annotations

import random
import socket
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

from unpend.model.expected import ExpectedRecord, Purpose
from unpend.observer.bulk import FastVerdict, Subject, sought_of
from unpend.observer.bulk.burst import Bursts
from unpend.observer.bulk.half import Half
from unpend.observer.bulk.opened import Lane
from unpend.observer.bulk.subject import _plain_sought
from unpend.sources.ses_tokens import dkim_records

AT_ONCE = 24
DRAIN_AFTER = 4
LETTERS = "abcXYZ-_0"
Told = tuple[bytes, str, bytes]


@dataclass
class Session:
    """What one half made of it: each question with what came of it, and the verdicts."""

    told: list[Told] = field(default_factory=list)
    verdicts: dict[Any, FastVerdict] = field(default_factory=dict)
    datagrams: int = 0


def name_of(dice: random.Random) -> str:
    """A name with labels of any length that a label may have."""
    labels = ["".join(dice.choices(LETTERS, k=dice.choice((1, 3, 9, 63)))) for _ in range(dice.randint(1, 4))]
    return ".".join(labels)[:240].strip(".") + "."


def subjects(dice: random.Random, count: int) -> list[Subject]:
    """Domains with CNAMEs, a TXT and a SOA to look for."""
    made = []
    for number in range(count):
        sought = []
        for _ in range(dice.randint(0, 4)):
            kind = dice.choice(("CNAME", "CNAME", "CNAME", "TXT", "SOA"))
            record = ExpectedRecord(Purpose.DKIM, name_of(dice), kind, (name_of(dice),))
            sought.append(sought_of(record, behind=kind == "CNAME" and dice.random() < 0.3))
        made.append(Subject(number, tuple(sought), dice.random() < 0.3))
    return made


def sound(query: bytes, target: bytes, dice: random.Random) -> bytes:
    """An answer as servers give it: right, another target, denial, nothing, an error, cut short."""
    question = query[12 : len(query) - (11 if query[11] else 0)]
    kind = dice.choice(("right", "right", "other", "denied", "none", "error", "bare", "cut"))
    flags = bytes([0x80 | dice.choice((0, 1, 4, 5)) | 2 * (kind == "cut"), 0])
    rcode = {"denied": 3, "error": dice.choice((1, 2, 4, 5, 9))}.get(kind, dice.choice((0, 0, 0, 3)))
    if kind == "bare":
        return query[:2] + flags[:1] + bytes([dice.choice((0, 1, 2, 5))]) + bytes(8)
    data = target if kind == "right" else b"\4else\7example\0"
    data = data.swapcase() if dice.random() < 0.2 else data
    if dice.random() < 0.4 and len(data) > 2:
        at = 12 + dice.randrange(len(question))
        data = data[: 1 + data[0]] + bytes([0xC0 | at >> 8, at & 0xFF])
    answers = kind in {"right", "other"}
    record = b"\xc0\x0c\0\5\0\1\0\0\0\x3c" + len(data).to_bytes(2, "big") + data if answers else b""
    asked = question.swapcase() if dice.random() < 0.1 else question
    return query[:2] + flags[:1] + bytes([rcode]) + b"\0\1" + bytes([0, answers]) + bytes(4) + asked + record


def spoilt(data: bytes, dice: random.Random) -> bytes:
    """Bytes changed, cut out, put in, and a tail; the id stays."""
    body = bytearray(data)
    for _ in range(dice.choice((0, 1, 1, 2, 8))):
        at = dice.randrange(2, max(3, len(body)))
        how = dice.random()
        if how < 0.5 and at < len(body):
            body[at] = dice.choice((0, 1, 3, 0x3F, 0x40, 0xC0, 0xFF, dice.randrange(256)))
        elif how < 0.75:
            body[at:at] = dice.choice((b"\xc0\x0c", b"\xc0", b"\0", dice.randbytes(dice.choice((1, 70, 300)))))
        else:
            del body[at : at + dice.choice((1, 2, 30, 5000))]
    if dice.random() < 0.03:
        body += bytes(dice.choice((4070, 4096, 5000)))
    return bytes(body)


def answers(query: bytes, target: bytes, seed: int) -> Iterator[bytes]:
    """What the peer says to one question: the same whoever asks, but for the id."""
    dice = random.Random(f"{seed}:{query[2:].hex()}")
    for _ in range(dice.choice((0, 1, 1, 1, 2, 3))):
        whole = sound(query, target, dice)
        yield whole if dice.random() < 0.3 else spoilt(whole, dice)
    if dice.random() < 0.1:
        yield dice.choice((query, query[: dice.randrange(14)], bytes([query[0] ^ 1]) + query[1:], dice.randbytes(600)))


class Peer:
    """Two sockets of one host: the one that is asked, and one that nobody asked."""

    def __init__(self) -> None:
        self.asked, self.stranger = (socket.socket(socket.AF_INET, socket.SOCK_DGRAM) for _ in range(2))
        for each in (self.asked, self.stranger):
            each.bind(("127.0.0.1", 0))
            each.settimeout(10)
        self.target: Any = SimpleNamespace(source=self.asked.getsockname())

    def close(self) -> None:
        self.asked.close()
        self.stranger.close()


def session(half: Half, seed: int, peer: Peer, count: int = 40) -> Session:
    """All subjects of a seed, asked by one half until each has its verdict."""
    dice = random.Random(seed)
    recurse = dice.random() < 0.5
    lane, burst = half.lane(recurse, None), half.burst(socket.AF_INET, recurse)
    said = Session()
    waiting: list[Any] = []
    source = iter(subjects(dice, count))
    stamp = 0
    try:
        while not lane.ended or lane.held:
            waiting += [] if lane.ended else lane.open(source, AT_ONCE)
            follow, lane.follow = lane.follow, []
            waiting += [asking for group in follow for asking in group]
            now, waiting = waiting[:AT_ONCE], waiting[AT_ONCE:]
            stamp += 1
            _asked(half, burst, lane, peer, now, (seed, stamp), said)
            done, lane.done = lane.done, []
            said.verdicts.update((verdict.key, verdict) for verdict in done)
    finally:
        burst.close()
    return said


def _asked(
    half: Half, burst: Bursts, lane: Lane, peer: Peer, askings: list[Any], round_: tuple[int, int], said: Session
) -> None:
    """One round: out, in, and what came of each question to its owner."""
    seed, stamp = round_
    ids = burst.send(peer.target, askings, stamp, stamp % 2 == 1)
    assert len(ids) == 2 * len(askings), burst.problem
    right: list[Any] = []
    absent: list[Any] = []
    rest: list[tuple[Any, bytes]] = []
    for number, asking in enumerate(askings):
        query, source = peer.asked.recvfrom(512)
        for data in answers(query, asking.wanted or b"\1x\0", seed):
            forged = random.Random(data[2:]).random() < 0.05
            (peer.stranger if forged else peer.asked).sendto(data, source)
            said.datagrams += 1
        if number % DRAIN_AFTER == 0 or number + 1 == len(askings):
            while burst.receive(right, absent, rest):
                pass
    said.told += [(a.question, "right", b"") for a in right] + [(a.question, "absent", b"") for a in absent]
    said.told += [(a.question, "rest", data[2:]) for a, data in rest]
    assert sum(count for _, count in half.tally(right)) == len(right)
    lane.right(right)
    lane.absent(absent)
    for asking, data in rest:
        asking.owner.heard(asking, bytes(2) + data[2:])
    for asking in burst.expire(ids, stamp):
        said.told.append((asking.question, "silent", b""))
        asking.owner.unheard(asking, "timeout")
    assert burst.expire(ids, stamp) == []


def compared(one: Half, other: Half, seed: int, peer: Peer) -> tuple[Session, list[str]]:
    """What the first made of it, and where the two differ.

    Names may point into the id, which is another each time: only what differs at each of three tries counts.
    """
    for _ in range(3):
        here, there = session(one, seed, peer), session(other, seed, peer)
        apart = [str(each) for each in set(here.told) ^ set(there.told)]
        apart += [f"{v}\n{there.verdicts.get(k)}" for k, v in here.verdicts.items() if v != there.verdicts.get(k)]
        if not apart and len(here.told) == len(there.told):
            return here, []
    return here, apart or ["another number of answers"]


def words_apart(module: Any, seed: int) -> list[str]:
    """Names, tokens and zones of all sorts: what the C half makes of them, where it makes anything, is what Python makes."""
    dice = random.Random(seed)
    apart = []
    for _ in range(30):
        domain, zone, *tokens = (_word(dice) for _ in range(dice.randint(2, 6)))
        behind = dice.random() < 0.5
        tokens = [token.rstrip(".")[:63] if dice.random() < 0.9 else token for token in tokens]
        record = ExpectedRecord(Purpose.OTHER, domain, dice.choice(("CNAME", "TXT")), tuple(tokens))
        made = _unless_refused(module.dkim_subject, seed, domain, tuple(tokens), zone, behind)
        plain = _unless_refused(_plain_subject, seed, domain, tuple(tokens), zone, behind)
        if made is not None and made != plain:
            apart.append(f"{made}\n{plain}")
        _unless_refused(module.sought, record, behind)
        _unless_refused(module.wire, domain, dice.choice((0, 5, 16)), behind)
    return apart


def _unless_refused(make: Callable[..., Any], *words: Any) -> Any:
    """None for what is refused with a ValueError: that is what callers reckon with."""
    try:
        return make(*words)
    except ValueError:
        return None


def _plain_subject(key: int, domain: str, tokens: tuple[str, ...], zone: str, behind: bool) -> Subject:
    return Subject(key, tuple([_plain_sought(r, behind) for r in dkim_records(domain, tokens, zone)]), behind)


def _word(dice: random.Random) -> str:
    kind = dice.random()
    if kind < 0.6:
        return name_of(dice)
    letters = [
        chr(dice.choice((0, 9, 32, 46, 46, 92, 97, 122, 0x3042, 0xDC80))) for _ in range(dice.choice((1, 9, 80, 300)))
    ]
    return "".join(letters) + dice.choice(("", "."))


def flooded(half: Half, peer: Peer, seed: int, count: int = 40_000) -> None:
    """More questions than there are slots, and nobody answers: each that went out is given up once, or with the socket."""
    source = random.Random(seed)
    sought = sought_of(ExpectedRecord(Purpose.DKIM, "a.example.", "CNAME", ("b.example.",)))
    lane, burst = half.lane(True, None), half.burst(socket.AF_INET, True)
    askings = lane.open(iter([Subject(0, (sought,) * 64)]), 64)
    sent = [burst.send(peer.target, askings, source.randrange(2), True) for _ in range(count // 64)]
    ids = b"".join(sent)
    assert len({ids[at : at + 2] for at in range(0, len(ids), 2)}) == len(ids) // 2 > count // 2
    late = len(burst.expire(ids, 0))
    assert 0 < late < len(ids) // 2
    assert burst.expire(ids, 0) == []
    if seed % 2:
        assert late + len(burst.expire(ids, 1)) == len(ids) // 2
    burst.close()
    peer.asked.setblocking(False)
    with suppress(BlockingIOError):
        while peer.asked.recv(512):
            pass
    peer.asked.settimeout(10)

"""An answer → what was seen of the wanted record set. Decodes no more than that needs."""

from __future__ import annotations

import struct

from unpend.diagnosis.compare import holds
from unpend.diagnosis.keys import has_key
from unpend.model.records import Exchange, Outcome, Probe, Question, Role, Server
from unpend.observer.bulk.subject import RIGHT, RIGHT_WITH_KEY, Seen, Sought
from unpend.observer.wire.message import RCODES, Answer, decode, outcome_of
from unpend.observer.wire.names import MalformedMessageError, read_name

ABSENT = Seen(Outcome.NXDOMAIN)
POINTERS_LIMIT = 9
SOA = b"\0\6"
CNAME_IN = b"\xc0\x0c\x00\x05\x00\x01"
_UNREAD = Server(Role.RESOLVER, "", "")


def plainly_right(data: bytes, behind: int, target: bytes) -> bool:
    """Whether the only answer is the wanted CNAME, spelled as servers spell it. `behind` is where the question ends.

    Everything else takes the long way through `judged`, which decides the same.
    """
    if data[6:8] != b"\0\1" or data[behind : behind + 6] != CNAME_IN or not target:
        return False
    return (
        data[3] & 0xF in {0, 3}
        and not data[2] & 2
        and named(data, behind + 12, target) == behind + 12 + int.from_bytes(data[behind + 10 : behind + 12], "big")
    )


def plainly_absent(data: bytes, question: bytes, recurse: bool) -> bool:
    """Whether the answer says no more than that the name does not exist, said by a resolver or with authority."""
    return (
        data[3] & 0xF == 3
        and data[6:8] == b"\0\0"
        and not data[2] & 2
        and bool(recurse or data[2] & 4)
        and question[-4:-2] != SOA
    )


def named(data: bytes, at: int, name: bytes) -> int:
    """The place behind the name that stands here, if it is the wanted one, compressed or not; else -1.

    Pointers only go backwards.
    """
    done, floor, behind = 0, at, 0
    for _ in range(POINTERS_LIMIT):
        end = _first_pointer(data, at)
        piece = data[at:end]
        if piece.lower() != name[done : done + len(piece)]:
            return -1
        done += len(piece)
        if end >= len(data) or data[end] < 0xC0 or piece[-1:] == b"\0":
            return (behind or end) if done == len(name) and piece[-1:] == b"\0" else -1
        behind = behind or end + 2
        at = int.from_bytes(data[end : end + 2], "big") & 0x3FFF
        if behind > len(data) or at >= floor:
            return -1
        floor = at
    return -1


def _first_pointer(data: bytes, at: int) -> int:
    """Where the labels from here on end: behind the root label, at a pointer, or at what is no label."""
    size = len(data)
    while at < size:
        length = data[at]
        if length == 0:
            return at + 1
        if length > 63:
            return at
        at += length + 1
    return size


def judged(data: bytes, sought: Sought) -> Seen:
    """What this answer says of what is sought; trouble where it says nothing."""
    if data[3] & 0xF == 3 and data[6:8] == b"\0\0" and sought.record.type != "SOA":
        return ABSENT
    try:
        behind = 12 + len(sought.question)
        if sought.target and data[6:8] == b"\0\1" and data[behind : behind + 6] == CNAME_IN:
            return _other_target(data, behind + 12, sought)
        return _read(decode(data), sought)
    except (MalformedMessageError, ValueError, struct.error, IndexError) as error:
        return Seen(Outcome.MALFORMED, note=str(error)[:80])


def _other_target(data: bytes, at: int, sought: Sought) -> Seen:
    """A single CNAME is what is mostly there where something else is there."""
    target, end = read_name(data, at)
    if end != at + int.from_bytes(data[at - 2 : at], "big"):
        raise MalformedMessageError("record data of the wrong length")
    if target == sought.record.values[0].lower():
        return RIGHT
    return Seen(Outcome.ANSWER, values=(f"CNAME {target}"[:512],))


def _read(answer: Answer, sought: Sought) -> Seen:
    record = sought.record
    probe = Probe(Question(record.name, "TXT" if sought.behind else record.type))
    outcome = outcome_of(answer, probe)
    exchange = Exchange(_UNREAD, probe, outcome, answer=answer.sections[0])
    if outcome in {Outcome.SERVFAIL, Outcome.REFUSED, Outcome.REFERRAL} or not outcome.conclusive:
        return Seen(outcome, note=answer.rcode)
    found = exchange.records(record.type, record.name)
    if found and holds(record, found):
        return RIGHT_WITH_KEY if sought.behind and has_key(exchange) else RIGHT
    there = found or tuple(r for r in answer.sections[0] if r.name == record.name)
    if record.type == "SOA" and not there:  # a name below the apex: the zone's SOA comes with the denial (RFC 2308, 3)
        there = tuple(r for r in answer.sections[1] if r.type == "SOA")
    if outcome is Outcome.ANSWER and not there:
        return Seen(Outcome.ANSWER, note="the answer is about other names")
    return Seen(outcome, values=tuple(f"{r.type} {r.text}"[:512] for r in there[:8]))


def trouble(data: bytes) -> str:
    """The mnemonic of an rcode that says nothing about the record; "" for the others. BADVERS is in the OPT record."""
    rcode = data[3] & 0xF
    return "" if rcode in {0, 3} else RCODES.get(rcode, f"RCODE{rcode}")

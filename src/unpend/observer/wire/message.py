"""Whole messages: a question out, an answer in (RFC 1035 section 4, RFC 6891, RFC 8914)."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import Protocol

from unpend.model.records import ExtendedError, Outcome, Probe, Record, Via
from unpend.observer.wire.names import MalformedMessageError, read_name, to_wire
from unpend.observer.wire.rdata import read_rdata, type_name, type_number

_CASE_BITS = bytes(0x20 if 0x61 <= octet <= 0x7A else 0 for octet in range(256))
PAYLOAD = 1232
RECORDS_LIMIT = 2000
EDE_LIMIT = 8
EDE_TEXT_LIMIT = 200
OPT = 41
CONTACT = 65301
RCODES = {
    0: "NOERROR", 1: "FORMERR", 2: "SERVFAIL", 3: "NXDOMAIN", 4: "NOTIMP", 5: "REFUSED", 6: "YXDOMAIN", 8: "NXRRSET",
    9: "NOTAUTH", 10: "NOTZONE", 16: "BADVERS", 23: "BADCOOKIE",
}  # fmt: skip


class Random(Protocol):
    """Where random bits come from."""

    def getrandbits(self, bits: int, /) -> int: ...


@dataclass(frozen=True, slots=True)
class Query:
    """An encoded question. `question` is its question section as it was sent, in mixed case where that was wanted."""

    id: int
    data: bytes
    question: bytes


@dataclass(frozen=True, slots=True)
class Answer:
    """A decoded response. `question` is the raw question section."""

    rcode: str
    aa: bool
    tc: bool
    ra: bool
    ad: bool
    sections: tuple[tuple[Record, ...], tuple[Record, ...], tuple[Record, ...]]
    ede: tuple[ExtendedError, ...]
    edns: bool
    question: bytes


def encode(probe: Probe, id_: int, chance: Random, options: bytes = b"") -> Query:
    """The question as bytes; ValueError if the name cannot be one. `options` go into its OPT record."""
    name = to_wire(probe.question.name)
    if probe.mixed_case and probe.via is not Via.PLAIN:
        name = mixed(name, chance)
    question = name + struct.pack("!HH", type_number(probe.question.type), 1)
    flags = probe.recurse << 8 | probe.cd << 4
    edns = probe.via is not Via.PLAIN
    opt = b"\0" + struct.pack("!HHIH", OPT, PAYLOAD, probe.dnssec << 15, len(options)) + options if edns else b""
    return Query(id_, struct.pack("!6H", id_, flags, 1, 0, 0, edns) + question + opt, question)


def contact_option(contact: str) -> bytes:
    """Who asks, as an EDNS option of the range that RFC 6891 section 9 leaves to local use; nothing for nobody."""
    return struct.pack("!HH", CONTACT, len(contact)) + contact.encode("ascii") if contact else b""


def mixed(name: bytes, chance: Random) -> bytes:
    """Random upper and lower case, a few more bits that a forger has to guess (0x20)."""
    flips = chance.getrandbits(8 * len(name)) & _letters(name)
    return (int.from_bytes(name, "big") ^ flips).to_bytes(len(name), "big")


def _letters(name: bytes) -> int:
    """The bit that makes an upper-case letter, at every lower-case one. Lengths of labels are below the letters."""
    return int.from_bytes(name.translate(_CASE_BITS), "big")


def decode(data: bytes) -> Answer:
    """A response as values; MalformedMessageError for everything that is not one."""
    if len(data) < 12:
        raise MalformedMessageError("shorter than a header")
    _, flags, questions, *counts = struct.unpack_from("!6H", data)
    if not flags & 0x8000:
        raise MalformedMessageError("not a response")
    if questions > 1 or sum(counts) > RECORDS_LIMIT:
        raise MalformedMessageError("too many records")
    at = _behind_question(data) if questions else 12
    raw_question = data[12:at]
    sections = []
    opt: tuple[int, bytes] | None = None
    for count in counts:
        records, at, found = _section(data, at, count)
        sections.append(records)
        opt = found or opt
    rcode = flags & 0xF | (opt[0] >> 24 << 4 if opt else 0)
    return Answer(
        rcode=RCODES.get(rcode, f"RCODE{rcode}"),
        aa=bool(flags & 0x400),
        tc=bool(flags & 0x200),
        ra=bool(flags & 0x80),
        ad=bool(flags & 0x20),
        sections=(sections[0], sections[1], sections[2]),
        ede=_extended_errors(opt[1]) if opt else (),
        edns=opt is not None,
        question=raw_question,
    )


def _behind_question(data: bytes) -> int:
    at = read_name(data, 12)[1] + 4
    if at > len(data):
        raise MalformedMessageError("the question runs off the end")
    return at


def _section(data: bytes, at: int, count: int) -> tuple[tuple[Record, ...], int, tuple[int, bytes] | None]:
    records = []
    opt = None
    for _ in range(count):
        name, at = read_name(data, at)
        if at + 10 > len(data):
            raise MalformedMessageError("a record runs off the end")
        number, class_, ttl, length = struct.unpack_from("!HHIH", data, at)
        at += 10
        if at + length > len(data):
            raise MalformedMessageError("record data runs off the end")
        if number == OPT:
            opt = (ttl, data[at : at + length])
        elif class_ == 1:
            mnemonic = type_name(number)
            records.append(Record(name, mnemonic, ttl & 0x7FFFFFFF, read_rdata(mnemonic, data, at, length)))
        at += length
    return tuple(records), at, opt


def _extended_errors(options: bytes) -> tuple[ExtendedError, ...]:
    found: list[ExtendedError] = []
    at = 0
    while at + 4 <= len(options) and len(found) < EDE_LIMIT:
        code, length = struct.unpack_from("!HH", options, at)
        body = options[at + 4 : at + 4 + length]
        if code == 15 and len(body) >= 2:
            text = body[2:].decode("utf-8", "replace").rstrip("\0")[:EDE_TEXT_LIMIT]
            found.append(ExtendedError(int.from_bytes(body[:2], "big"), text))
        at += 4 + length
    return tuple(found)


def outcome_of(answer: Answer, probe: Probe) -> Outcome:
    """What an answer amounts to. Other rcodes count as SERVFAIL; the exchange keeps their mnemonic."""
    records, authority, _ = answer.sections
    name = probe.question.name
    if answer.rcode in {"NOERROR", "NXDOMAIN"}:
        if any(r.name == name or r.type == "DNAME" for r in records):
            return Outcome.ANSWER
        if answer.rcode == "NXDOMAIN":
            return Outcome.NXDOMAIN
        types = {r.type for r in authority}
        return Outcome.REFERRAL if "NS" in types and "SOA" not in types and not answer.aa else Outcome.NODATA
    return Outcome.REFUSED if answer.rcode in {"REFUSED", "NOTAUTH"} else Outcome.SERVFAIL


def echoes(data: bytes, question: bytes) -> bool:
    """Whether a response repeats the question, upper and lower case aside. Some errors come without a question."""
    count = struct.unpack_from("!H", data, 4)[0] if len(data) >= 12 else 0
    if count == 0:
        return len(data) >= 12 and data[3] & 0xF != 0
    return data[12 : 12 + len(question)].lower() == question.lower()

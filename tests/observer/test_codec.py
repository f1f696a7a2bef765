"""The wire codec against dnspython, both ways, and against whatever bytes there are."""

from __future__ import annotations

import contextlib
import random
import struct

import dns.edns
import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.rdata
import dns.rdatatype
import dns.rrset
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from unpend.model.records import Probe, Question, Via, joined_strings
from unpend.observer.wire.message import Answer, decode, encode
from unpend.observer.wire.names import MalformedMessageError, read_name, to_wire

label = st.binary(min_size=1, max_size=20)
wire_names = st.lists(label, max_size=6).map(lambda parts: dns.name.Name([*parts, b""]))
plain_names = st.lists(st.from_regex(r"[a-z0-9_-]{1,12}", fullmatch=True), min_size=1, max_size=5).map(
    lambda parts: ".".join(parts) + "."
)
TYPES = ("A", "AAAA", "CNAME", "NS", "MX", "TXT", "SOA", "SRV", "DNAME", "DS", "CAA")


def rdata(type_: str, name: dns.name.Name, raw: bytes) -> dns.rdata.Rdata:
    target, number = name.to_text(), raw[0] if raw else 7
    txt = " ".join('"' + "".join(f"\\{b:03d}" for b in part) + '"' for part in (raw[:200], raw[200:400]))
    text = {
        "A": "192.0.2.7",
        "AAAA": "2001:db8::7",
        "MX": f"{number} {target}",
        "TXT": txt,
        "SOA": f"{target} {target} 1 2 3 4 {number}",
        "SRV": f"1 2 {number} {target}",
        "DS": "12345 13 2 " + "ab" * 32,
        "CAA": '0 issue "ca.example"',
    }.get(type_, target)
    return dns.rdata.from_text("IN", type_, text)


@st.composite
def messages(draw: st.DrawFn) -> dns.message.Message:
    message = dns.message.make_query(draw(wire_names), draw(st.sampled_from(TYPES)), use_edns=draw(st.booleans()))
    response = dns.message.make_response(message, recursion_available=draw(st.booleans()))
    response.flags |= draw(st.sampled_from([0, dns.flags.AA, dns.flags.AA | dns.flags.AD]))
    response.set_rcode(dns.rcode.Rcode(draw(st.sampled_from([0, 2, 3, 5]))))
    for section in (response.answer, response.authority, response.additional):
        for type_ in draw(st.lists(st.sampled_from(TYPES), max_size=3, unique=True)):
            data = rdata(type_, draw(wire_names), draw(st.binary(max_size=300)))
            section.append(dns.rrset.from_rdata(draw(wire_names), draw(st.integers(0, 2**31 - 1)), data))
    return response


def as_dnspython_says(message: dns.message.Message) -> list[list[tuple[str, str, int]]]:
    sections = (message.answer, message.authority, message.additional)
    return [[(r.name.to_text().lower(), dns.rdatatype.to_text(r.rdtype), r.ttl) for r in s] for s in sections]


@settings(max_examples=300, deadline=None)
@given(messages())
def test_decodes_as_dnspython_encodes(message: dns.message.Message) -> None:
    answer = decode(message.to_wire())
    read = [[(r.name.lower(), r.type, r.ttl) for r in section] for section in answer.sections]
    assert [[(absolute(n), t, ttl) for n, t, ttl in s] for s in read] == [
        [(absolute(n), t, ttl) for n, t, ttl in s] for s in as_dnspython_says(message)
    ]
    assert answer.aa is bool(message.flags & dns.flags.AA)
    assert answer.rcode == dns.rcode.to_text(message.rcode())
    assert answer.edns is (message.edns >= 0)
    for section, mine in zip((message.answer, message.authority, message.additional), answer.sections, strict=True):
        for rrset, record in zip(section, mine, strict=True):
            assert same_value(rrset[0], record.type, record.value)


def absolute(name: str) -> bytes:
    return dns.name.from_text(name).canonicalize().to_wire() or b""


def same_value(theirs: dns.rdata.Rdata, type_: str, value: str) -> bool:
    if type_ == "TXT":
        return bool(dns.rdata.from_text("IN", "TXT", value) == theirs)
    ours = str(dns.rdata.from_text("IN", type_, value))
    return ours.lower() == str(theirs).lower()


@settings(max_examples=200, deadline=None)
@given(plain_names, st.sampled_from(["A", "CNAME", "TXT", "SOA", "TYPE65280"]), st.sampled_from(list(Via)))
def test_dnspython_reads_what_is_encoded(name: str, type_: str, via: Via) -> None:
    probe = Probe(Question(name, type_), via, recurse=True, cd=True, dnssec=True)
    query = encode(probe, 4711, random.Random(1))
    message = dns.message.from_wire(query.data)
    (asked,) = message.question
    assert (message.id, asked.name.to_text().lower(), dns.rdatatype.to_text(asked.rdtype)) == (4711, name, type_)
    assert message.flags & dns.flags.RD
    assert message.flags & dns.flags.CD
    assert (message.edns >= 0) is (via is not Via.PLAIN)
    assert bool(message.ednsflags & dns.flags.DO) is (via is not Via.PLAIN)


def test_mixed_case_differs_from_question_to_question() -> None:
    probe = Probe(Question("a-long-name-with-letters.example.", "A"))
    sent = {encode(probe, 1, random.Random(seed)).question for seed in range(20)}
    assert len(sent) > 10
    assert {question.lower() for question in sent} == {next(iter(sent)).lower()}


@settings(max_examples=500, deadline=None)
@given(st.binary(max_size=600))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    read_or_refused(data)


@settings(max_examples=600, deadline=None)
@given(messages(), st.lists(st.tuples(st.integers(0, 2000), st.integers(0, 255)), max_size=8))
def test_spoilt_messages_are_read_or_refused(message: dns.message.Message, spoils: list[tuple[int, int]]) -> None:
    data = bytearray(message.to_wire())
    for at, byte in spoils:
        data[at % len(data)] = byte
    read_or_refused(bytes(data))
    read_or_refused(bytes(data[: len(data) // 2]))


def read_or_refused(data: bytes) -> None:
    with contextlib.suppress(MalformedMessageError):
        assert isinstance(decode(data), Answer)


@pytest.mark.parametrize("pointer", [b"\xc0\x0c", b"\xc0\x0e\xc0\x0c", b"\x01a\xc0\x0c", b"\xff\xff", b"\xc0"])
def test_compression_loops_end(pointer: bytes) -> None:
    data = struct.pack("!6H", 1, 0x8000, 1, 0, 0, 0) + pointer
    with pytest.raises(MalformedMessageError):
        read_name(data, 12)


@given(st.lists(label, min_size=1, max_size=6))
def test_names_survive_the_round_trip(parts: list[bytes]) -> None:
    wire = b"".join(bytes([len(p)]) + p for p in parts) + b"\0"
    shown, end = read_name(wire, 0)
    assert end == len(wire)
    assert to_wire(shown) == wire.lower()


@given(st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=300))
def test_txt_strings_are_joined_as_they_were(content: str) -> None:
    pieces = [content[i : i + 255] for i in range(0, len(content), 255)] or [""]
    value = " ".join('"' + p.replace("\\", "\\\\").replace('"', '\\"') + '"' for p in pieces)
    assert joined_strings(value) == content


def test_thousands_of_records_are_refused_quickly() -> None:
    record = b"\0" + struct.pack("!HHIH", 1, 1, 1, 4) + bytes(4)
    data = struct.pack("!6H", 1, 0x8000, 0, 4000, 0, 0) + record * 4000
    with pytest.raises(MalformedMessageError):
        decode(data)

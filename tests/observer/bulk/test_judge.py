"""What is plainly right by its bytes is right by the codec as well, in both halves, whatever the bytes."""

from __future__ import annotations

from typing import Any

import dns.message
import dns.rcode
import dns.rrset
from hypothesis import given, settings
from hypothesis import strategies as st

from unpend.model.expected import ExpectedRecord, Purpose
from unpend.model.records import Outcome
from unpend.observer.bulk import Seen, Sought, sought_of
from unpend.observer.bulk.judge import judged, plainly_right

NAME = "tok._domainkey.example.com."
SOUGHT = sought_of(ExpectedRecord(Purpose.DKIM, NAME, "CNAME", ("tok.dkim.provider.com.",)))
BEHIND = 12 + len(SOUGHT.question)


def answer(target: str, *more: str) -> bytes:
    query = dns.message.make_query(NAME, "CNAME", id=7)
    response = dns.message.make_response(query)
    for each in (target, *more):
        response.answer.append(dns.rrset.from_text(NAME, 60, "IN", "CNAME", each))
    return response.to_wire()


TARGETS = (
    "tok.dkim.provider.com.",
    "TOK.dkim.Provider.com.",
    "tok.example.com.",
    "tokk.dkim.provider.com.",
    "com.",
    ".",
)
EDITS = st.lists(st.tuples(st.integers(2, 110), st.integers(0, 255)), max_size=3)


@settings(max_examples=400)
@given(target=st.sampled_from(TARGETS), edits=EDITS, cut=st.integers(0, 40))
def test_plainly_right_is_right_and_both_halves_agree(
    module: Any, target: str, edits: list[tuple[int, int]], cut: int
) -> None:
    data = bytearray(answer(target))
    for at, byte in edits:
        data[at % len(data)] = byte
    told = bytes(data[: max(12, len(data) - cut)])
    fast = plainly_right(told, BEHIND, SOUGHT.target)
    assert module is None or module.plainly_right(told, BEHIND, SOUGHT.target) is fast
    seen = judged(told, SOUGHT)
    if not edits and not cut:
        assert fast is seen.right is (target.lower() == TARGETS[0])
    assert seen.right or not fast


def test_what_is_there_instead_is_said() -> None:
    def seen(data: bytes, sought: Sought = SOUGHT) -> Seen:
        return judged(data, sought)

    assert seen(answer("else.example.")).values == ("CNAME else.example.",)
    assert seen(answer("tok.dkim.provider.com.", "else.example.")).right is False
    absent = dns.message.make_response(dns.message.make_query(NAME, "CNAME"))
    assert seen(absent.to_wire()).outcome is Outcome.NODATA
    absent.set_rcode(dns.rcode.NXDOMAIN)
    assert seen(absent.to_wire()) == Seen(Outcome.NXDOMAIN)
    assert seen(answer("else.example.")[:-9]).outcome is Outcome.MALFORMED

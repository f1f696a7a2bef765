"""Names as questions: the fast ways say what the codec says, or leave it to it."""

from __future__ import annotations

import struct
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from unpend.model.expected import Expected, ExpectedRecord, Purpose
from unpend.observer.bulk import subject_of
from unpend.observer.bulk.subject import plain_wire, wire_name

LABELS = st.text(alphabet="aZ-_9\\é", max_size=12)
NAMES = st.lists(st.one_of(LABELS, LABELS.map(lambda text: text * 6)), max_size=30).map(".".join)


def by_the_codec(name: str) -> bytes | None:
    try:
        return wire_name(name)
    except ValueError:
        return None


@settings(max_examples=60)
@given(name=st.one_of(NAMES.map(lambda n: n + "."), NAMES), type_=st.sampled_from([0, 5, 257]))
def test_both_halves_encode_as_the_codec_does(module: Any, name: str, type_: int) -> None:
    for lower in (False, True):
        wire = by_the_codec(name.lower() if lower else name)
        right = {None} if wire is None else {None, wire + (struct.pack("!HH", type_, 1) if type_ else b"")}
        assert plain_wire(name, type_, lower) in right
        assert module is None or module.wire(name, type_, lower) in right


@pytest.mark.parametrize("name", ["a..b.", ".a.", "é.example.", f"{'x' * 64}.example.", "abcdefgh." * 40])
def test_names_that_cannot_be_asked_for_are_refused(name: str) -> None:
    record = ExpectedRecord(Purpose.OTHER, name, "TXT", ("x",))
    with pytest.raises(ValueError, match=r"name|label|ascii"):
        subject_of(Expected("example.", (record,)))

"""What is looked up in bulk and what comes of it: a subject in, a fast verdict out."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from unpend.model.expected import Expected, ExpectedRecord, Purpose
from unpend.model.records import Outcome
from unpend.observer.wire.names import LABEL_LIMIT, NAME_LIMIT, to_wire
from unpend.observer.wire.rdata import type_number

TXT = 16


@dataclass(frozen=True, slots=True)
class Sought:
    """One record set that is looked for, its question encoded beforehand.

    `target` is the wanted target of a CNAME as it stands on the wire, "" for other types. With `behind` the question
    is for TXT: the answer of a resolver then holds the CNAME and what stands at its target.
    """

    record: ExpectedRecord
    question: bytes
    target: bytes = b""
    behind: bool = False


@dataclass(frozen=True, slots=True)
class Subject:
    """A domain to judge. `key` is whatever the caller knows it by (a name, a line number); it comes back unchanged.

    `wants_key` says that of all targets at least one must hold a DKIM key, as with the three of Amazon SES.
    """

    key: Any
    sought: tuple[Sought, ...]
    wants_key: bool = False


class Fast(StrEnum):
    """The fast verdict: what was asked is all right, something else was seen, or somebody did not answer."""

    RIGHT = "right"
    OTHER = "other"
    SILENT = "silent"


@dataclass(frozen=True, slots=True)
class Seen:
    """What was seen of one record set. `values` are filled in where something else than the wanted is there.

    `outcome` is the last one heard; only conclusive ones say anything about the record (silence is not absence).
    """

    outcome: Outcome
    right: bool = False
    keyed: bool = False
    values: tuple[str, ...] = ()
    note: str = ""


@dataclass(frozen=True, slots=True)
class FastVerdict:
    """Of one subject: its key, the verdict, and what was seen of each of its record sets in their order."""

    key: Any
    fast: Fast
    seen: tuple[Seen, ...]


RIGHT = Seen(Outcome.ANSWER, right=True)
RIGHT_WITH_KEY = Seen(Outcome.ANSWER, right=True, keyed=True)


def subject_of(expected: Expected, key: Any = None, *, behind: bool = True) -> Subject:
    """A domain with its required records as a subject; ValueError where a name cannot be asked for.

    Only for Amazon SES does a set of targets without any key prove something (`stale-target` says why); there a
    single question per record tells both, so it costs nothing more.
    """
    required = expected.required
    cnames = [r for r in required if r.type == "CNAME" and r.purpose is Purpose.DKIM]
    wants_key = behind and expected.provider == "ses" and len(cnames) >= 3
    sought = tuple(sought_of(r, behind=wants_key and r.type == "CNAME") for r in required)
    return Subject(expected.domain if key is None else key, sought, wants_key)


def sought_of(record: ExpectedRecord, *, behind: bool = False) -> Sought:
    """A wanted record with its question."""
    type_ = TXT if behind else type_number(record.type)
    question = wire_name(record.name) + struct.pack("!HH", type_, 1)
    single = record.type == "CNAME" and len(record.values) == 1
    return Sought(record, question, wire_name(record.values[0].lower()) if single else b"", behind)


def wire_name(name: str) -> bytes:
    """A name as labels. Most names need no unescaping, and this is a tenth of the whole cost of a question."""
    if "\\" in name or not name.endswith(".") or name == ".":
        return to_wire(name)
    raw = name.encode("ascii").split(b".")
    out = b"".join([_LENGTHS[len(label)] + label for label in raw if len(label) <= LABEL_LIMIT])
    if len(out) != len(name) + 1 or len(out) > NAME_LIMIT or b"" in raw[:-1]:
        raise ValueError(f"not a name that can be asked for: {name[:80]}")
    return out


_LENGTHS = [bytes([length]) for length in range(LABEL_LIMIT + 1)]

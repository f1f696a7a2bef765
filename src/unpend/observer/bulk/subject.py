"""What is looked up in bulk and what comes of it: a subject in, a fast verdict out."""

from __future__ import annotations

import struct
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import Any

from unpend.model.expected import Expected, ExpectedRecord, Purpose
from unpend.model.records import Outcome
from unpend.observer.bulk.compiled import compiled
from unpend.observer.wire.names import LABEL_LIMIT, NAME_LIMIT, to_wire
from unpend.observer.wire.rdata import type_number
from unpend.sources.ses_tokens import dkim_records

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
    wants_key = behind and expected.provider == "ses" and sum([_is_dkim_cname(r) for r in required]) >= 3
    sought = tuple([sought_of(r, behind=wants_key and r.type == "CNAME") for r in required])
    return Subject(expected.domain if key is None else key, sought, wants_key)


def _is_dkim_cname(record: ExpectedRecord) -> bool:
    return record.type == "CNAME" and record.purpose is Purpose.DKIM


def sought_of(record: ExpectedRecord, *, behind: bool = False) -> Sought:
    """A wanted record with its question."""
    made: Sought | None = None if _module is None else _module.sought(record, behind)
    return made or _plain_sought(record, behind)


def dkim_subject(key: Any, domain: str, tokens: tuple[str, ...], zone: str, *, behind: bool) -> Subject:
    """The three records of Amazon SES as a subject; ValueError where a name cannot be asked for."""
    made: Subject | None = None if _module is None else _module.dkim_subject(key, domain, tokens, zone, behind)
    return made or Subject(
        key, tuple([sought_of(r, behind=behind) for r in dkim_records(domain, tokens, zone)]), behind
    )


def _plain_sought(record: ExpectedRecord, behind: bool) -> Sought:
    single = record.type == "CNAME" and len(record.values) == 1
    question = wire(record.name, TXT if behind else type_number(record.type), False)
    target = wire(record.values[0], 0, True) if single else b""
    if question is None or target is None:
        return _unusual(record, behind, single)
    return Sought(record, question, target, behind)


def _unusual(record: ExpectedRecord, behind: bool, single: bool) -> Sought:
    """Names with escapes, and those that are none."""
    question = wire_name(record.name) + struct.pack("!HH", TXT if behind else type_number(record.type), 1)
    return Sought(record, question, wire_name(record.values[0].lower()) if single else b"", behind)


def wire_name(name: str) -> bytes:
    """A name as labels; ValueError where it is none."""
    if ".." in name or (name.startswith(".") and name != "."):
        raise ValueError(f"a name with an empty label: {name[:80]}")
    return to_wire(name)


def plain_wire(name: str, type_: int, lower: bool) -> bytes | None:
    """A plain name as labels, with the rest of a question unless the type is 0; None for what needs the long way.

    All but its first label is kept: the names of a domain share it, and so do their targets.
    """
    head, _, tail = (name.lower() if lower else name).partition(".")
    if "\\" in name or ".." in name or not (tail.endswith(".") and 0 < len(head) <= LABEL_LIMIT and name.isascii()):
        return None
    out = _LENGTHS[len(head)] + head.encode("ascii") + _tail(tail)
    if len(out) > NAME_LIMIT:
        return None
    return out + struct.pack("!HH", type_, 1) if type_ else out


@lru_cache(4096)
def _tail(name: str) -> bytes:
    return to_wire(name)


_LENGTHS = [bytes([length]) for length in range(LABEL_LIMIT + 1)]
_module = compiled()
if _module is not None:
    _module.know(Sought, Subject, ExpectedRecord, Purpose.DKIM)
wire: Callable[[str, int, bool], bytes | None] = plain_wire if _module is None else _module.wire

"""What travels from the readers to those who judge: rows in segments, each with the place where the input goes on."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any

import msgspec

from unpend.model.text import Text


class Place(msgspec.Struct, frozen=True, gc=False):
    """Where reading goes on: an offset (bytes of a text file, rows of a table) and the lines before it."""

    offset: int = 0
    line: int = 0


class Row(msgspec.Struct, frozen=True, gc=False):
    """One row: its fields, or what is wrong with it (English, Japanese). `line` is what an editor shows."""

    line: int
    fields: dict[str, Any] | None = None
    trouble: tuple[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Segment:
    """The unit of work, of writing and of resuming: consecutive rows, encoded, and the place behind the last."""

    number: int
    rows: int
    data: bytes
    ends: Place


def unreadable(line: int, why: Text) -> Row:
    """A row that says only what is wrong with it."""
    return Row(line, None, (why.of("en"), why.of("ja")))


def segments(rows: Iterable[tuple[Place, Row]], size: int, first: int = 0) -> Iterator[Segment]:
    """The rows in segments of `size`, the last one shorter."""
    source = iter(rows)
    number = first
    while held := list(islice(source, size)):
        data = msgspec.json.encode([row for _, row in held])
        yield Segment(number, len(held), data, held[-1][0])
        number += 1


def encoded_row(row: Row) -> bytes:
    """One row of a segment."""
    return msgspec.json.encode(row)


def rows_of(data: bytes) -> list[Row]:
    """What `segments` encoded."""
    return msgspec.json.decode(data, type=list[Row])

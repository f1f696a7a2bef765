"""Whether what a server holds is what is wanted."""

from __future__ import annotations

from enum import StrEnum

from unpend.model.expected import ExpectedRecord, Purpose
from unpend.model.records import Exchange, Record


class Sight(StrEnum):
    """How one server holds a wanted record."""

    RIGHT = "right"
    WRONG = "wrong"
    ABSENT = "absent"


def sight_of(record: ExpectedRecord, exchange: Exchange) -> Sight:
    """How the server of this exchange holds a wanted record; the exchange must be conclusive."""
    records = exchange.records(record.type, record.name)
    if not records:
        return Sight.ABSENT
    return Sight.RIGHT if holds(record, records) else Sight.WRONG


def holds(record: ExpectedRecord, records: tuple[Record, ...]) -> bool:
    """Whether these records of the wanted name and type are right.

    A TXT set may hold other services' strings beside ours, except at a DKIM selector, where a second record leaves
    the result undefined (RFC 6376 section 3.6.2.2). Names compare without regard to case (RFC 4343); TXT does not.
    """
    found = {_comparable(record.type, r.text) for r in records}
    wanted = {_comparable(record.type, value) for value in record.values}
    if record.type == "TXT" and record.purpose is not Purpose.DKIM:
        return wanted <= found
    return wanted == found


def _comparable(type_: str, value: str) -> str:
    return value if type_ == "TXT" else value.lower()

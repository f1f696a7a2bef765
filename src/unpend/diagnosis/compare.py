"""Whether what a server holds is what is wanted."""

from __future__ import annotations

from enum import StrEnum

from unpend.model.expected import ExpectedRecord, Purpose
from unpend.model.records import Exchange, Record
from unpend.standards.spf_terms import is_spf, lacking, terms


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
    Of SPF and DMARC there is one record for all services: it is right when it has what is wanted, whatever else it says.
    """
    found = {_comparable(record.type, r.text) for r in records}
    wanted = {_comparable(record.type, value) for value in record.values}
    if record.type == "TXT" and record.purpose is not Purpose.DKIM:
        return all(value in found or _said_in_common(value, found) for value in wanted)
    return wanted == found


def _said_in_common(wanted: str, found: set[str]) -> bool:
    """Whether the domain's one SPF record has the wanted terms, or its one DMARC record is there with a policy.

    A stricter policy than the one a provider suggests is the owner's choice (RFC 7489 section 6.3).
    """
    if is_spf(wanted):
        records = [each for each in found if is_spf(each)]
        return len(records) == 1 and bool(terms(wanted)) and not lacking(records[0], wanted)
    policies = [each for each in found if each.lower().startswith("v=dmarc1")]
    return wanted.lower().startswith("v=dmarc1") and len(policies) == 1 and "p=" in policies[0].replace(" ", "").lower()


def _comparable(type_: str, value: str) -> str:
    return value if type_ == "TXT" else value.lower()

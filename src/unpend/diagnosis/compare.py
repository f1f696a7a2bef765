"""Whether what a server holds is what is wanted."""

from __future__ import annotations

from enum import StrEnum

from unpend.model.expected import ExpectedRecord, Purpose
from unpend.model.records import Exchange, Record
from unpend.model.shapes import name_fits, text_fits
from unpend.standards.dkim import problem_of, read, same_key, too_weak
from unpend.standards.dmarc import dmarc_records, is_dmarc, read_dmarc
from unpend.standards.spf import is_spf, lacking, spf_records, terms


class Sight(StrEnum):
    """How one server holds a wanted record."""

    RIGHT = "right"
    WRONG = "wrong"
    ABSENT = "absent"


def sight_of(record: ExpectedRecord, exchange: Exchange) -> Sight:
    """How the server of this exchange holds a wanted record; the exchange must be conclusive."""
    records = exchange.records(record.type, record.name)
    if not records or _of_another_kind(record, records):
        return Sight.ABSENT
    return Sight.RIGHT if holds(record, records) else Sight.WRONG


def _of_another_kind(record: ExpectedRecord, records: tuple[Record, ...]) -> bool:
    """Whether none of these TXT records is the domain's SPF or DMARC record, where that is what is wanted."""
    if record.type != "TXT":
        return False
    found = [r.text for r in records]
    if all(map(is_spf, record.values)):
        return not spf_records(found)
    return all(map(is_dmarc, record.values)) and not dmarc_records(found)


def holds(record: ExpectedRecord, records: tuple[Record, ...]) -> bool:
    """Whether these records of the wanted name and type are right.

    A TXT set may hold other services' strings beside ours, except at a DKIM selector, where a second record leaves
    the result undefined (RFC 6376 section 3.6.2.2). Names compare without regard to case (RFC 4343); TXT does not.
    Of SPF and DMARC there is one record for all services: it is right when it has what is wanted, whatever else it says.
    Of values whose shape alone is known, one is enough.
    """
    found = {r.text for r in records}
    if not record.known:
        fitting = [each for each in found if any(matches(record, value, each) for value in record.values)]
        return bool(fitting) and (len(found) == 1 or (record.type == "TXT" and record.purpose is not Purpose.DKIM))
    if record.type == "TXT" and record.purpose is not Purpose.DKIM:
        return all(_said_in_common(value, found) for value in record.values)
    every = all(any(matches(record, value, each) for each in found) for value in record.values)
    return every and len(found) == len(set(record.values))


def matches(record: ExpectedRecord, wanted: str, found: str) -> bool:
    """Whether a value that stands there is this wanted one; of a DKIM key, whether it says the same key.

    Where only the shape of the key is known, every key that verifiers can use is right.
    """
    if record.type != "TXT":
        return found.lower() == wanted.lower() if record.known else name_fits(wanted, found)
    if record.purpose is not Purpose.DKIM:
        return found == wanted if record.known else text_fits(wanted, found)
    if read(wanted).is_shape:
        key = read(found)
        return problem_of(key) is None and not too_weak(key)
    return found == wanted or same_key(wanted, found)


def copied(record: ExpectedRecord, records: tuple[Record, ...]) -> tuple[str, ...]:
    """The values of these records, wherever they stand, that are wanted ones.

    A key that is known by its shape alone is told only by a name that has the whole wanted one in it.
    """
    if only_shape(record) and not all(r.name.startswith(record.name) for r in records):
        return ()
    return tuple(r.text for r in records if any(matches(record, value, r.text) for value in record.values))


def only_shape(record: ExpectedRecord) -> bool:
    """Whether the provider's instructions have only words where the key belongs (bring your own key)."""
    return record.type == "TXT" and record.purpose is Purpose.DKIM and any(read(v).is_shape for v in record.values)


def _said_in_common(wanted: str, found: set[str]) -> bool:
    """Whether the string is there; of SPF, whether the domain's one record has the wanted terms; of DMARC, a policy.

    A stricter policy than the one a provider suggests is the owner's choice (RFC 9989 section 4.7).
    """
    if is_spf(wanted):
        records = spf_records(found)
        said = wanted in found or (bool(terms(wanted)) and not lacking("".join(records[:1]), wanted))
        return len(records) == 1 and said
    if is_dmarc(wanted):
        policies = dmarc_records(found)
        return len(policies) == 1 and (wanted in found or "p" in read_dmarc(policies[0]).tags)
    return wanted in found

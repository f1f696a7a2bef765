"""What stands at a wanted name whose own type is absent there: the view that the wrong-type rules share."""

from __future__ import annotations

from collections.abc import Iterator

from unpend.diagnosis.ask import Ask, one
from unpend.diagnosis.case import Case
from unpend.diagnosis.wildcards import one_beside
from unpend.model.expected import ExpectedRecord
from unpend.model.records import Exchange, Outcome, Record

TYPES = ("TXT", "A", "AAAA", "MX", "CNAME", "NS")


def asks_for_types(case: Case) -> Iterator[Ask]:
    """Every usual type at the name and beside it, where the name exists without the wanted type."""
    for record in existing(case):
        zone = case.zone_of(record.name)
        for type_ in TYPES:
            if type_ != record.type:
                yield one(record.name, type_, zone)
                yield from one_beside(case, record.name, type_)


def existing(case: Case) -> Iterator[ExpectedRecord]:
    """The wanted records that are missing although their name exists."""
    for record in case.records:
        heard = case.heard(record.name, record.type)
        if case.missing(record) and any(e.outcome is not Outcome.NXDOMAIN for e in heard):
            yield record


def standing(case: Case) -> Iterator[tuple[ExpectedRecord, tuple[Record, ...], tuple[Exchange, ...]]]:
    """(wanted record, records of other types that somebody created there, the exchanges that show all this).

    Beside a TXT or an MX other types may stand: there only what excludes it, or has its content, was meant for it.
    """
    for record in existing(case):
        others = tuple(
            r
            for r in case.others_at(record.name, but=record.type)
            if r.type not in {"SOA", "DNAME"}
            and not case.from_wildcard(record.name, r.type)
            and not synthesised(case, r)
            and (record.type == "CNAME" or in_its_place(record, r))
        )
        heard = [e for t in TYPES for e in case.heard(record.name, t)]
        shown = [e for e in heard if any(r in e.answer for r in others)]
        yield record, others, (*shown, *case.heard(record.name, record.type))


def in_its_place(record: ExpectedRecord, other: Record) -> bool:
    """Whether the other record keeps a TXT or MX from standing there, or is it with another type."""
    contents = {value.lower().rpartition(" ")[2].rstrip(".") for value in record.values}
    return other.type == "CNAME" or any(content in other.text.lower() for content in contents)


def synthesised(case: Case, record: Record) -> bool:
    """Whether a CNAME was made up from a DNAME above (RFC 6672 section 3.1)."""
    heard = case.exchanges(record.name, "CNAME")
    return record.type == "CNAME" and any(r.type == "DNAME" for e in heard for r in e.answer)

"""Whether what answers at a wanted name is only a wildcard: the view that the wildcard rules share."""

from __future__ import annotations

from collections.abc import Iterator

from unpend.diagnosis.ask import Ask, one
from unpend.diagnosis.case import Case
from unpend.model.expected import ExpectedRecord
from unpend.model.records import Exchange, Outcome

TYPES = ("CNAME", "TXT", "A", "MX")


def suspicious(case: Case, record: ExpectedRecord) -> bool:
    """The wanted value is not there, but the name is not denied either."""
    heard = case.heard(record.name, record.type)
    return bool(heard) and not case.right(record) and any(e.outcome is not Outcome.NXDOMAIN for e in heard)


def asks_beside(case: Case) -> Iterator[Ask]:
    for record in case.records:
        if suspicious(case, record):
            zone = case.zone_of(record.name)
            for type_ in dict.fromkeys((record.type, *TYPES)):
                yield from one_beside(case, record.name, type_)
                yield one(record.name, type_, zone)


def one_beside(case: Case, name: str, type_: str, zone: str = "") -> Iterator[Ask]:
    """Ask at the name that nobody created; beside the top of a zone there is none, and no wildcard answers at the top."""
    holder = zone or case.zone_of(name)
    if name != holder:
        yield one(case.sibling(name), type_, holder)


def masking(case: Case, record: ExpectedRecord) -> tuple[Exchange, ...]:
    """The answers at a name that nobody created, where they are the same as at the wanted name."""
    if not suspicious(case, record):
        return ()
    types = [t for t in dict.fromkeys((record.type, *TYPES)) if case.from_wildcard(record.name, t)]
    own = [t for t in dict.fromkeys((record.type, *TYPES)) if t not in types and _values(case, record.name, t)]
    beside = case.sibling(record.name)
    return () if own else tuple(e for t in types for e in case.heard(beside, t) if e.answer)


def _values(case: Case, name: str, type_: str) -> set[str]:
    return {v for e in case.heard(name, type_) for v in e.values(type_)}


def revoked(beside: tuple[Exchange, ...]) -> bool:
    """Whether all that the wildcard says is that there is no key (`v=DKIM1; p=`): that has its own sentence."""
    texts = [r.text.replace(" ", "").rstrip(";") for e in beside for r in e.answer if r.type == "TXT"]
    return bool(texts) and all(text.endswith("p=") for text in texts)

"""Where each wanted record stands, in the contract's words."""

from __future__ import annotations

from unpend.diagnosis.case import Case, soa_primary, soa_serial
from unpend.diagnosis.compare import Sight, sight_of
from unpend.model.expected import ExpectedRecord
from unpend.model.records import Exchange, Outcome

VERIFIED = "verified"
MISSING = "missing"
MISMATCH = "mismatch"
CONFLICT = "conflict"
PROPAGATING = "propagating"
UNREACHABLE = "unreachable"


def record_status(case: Case, record: ExpectedRecord) -> str:
    """verified | missing | mismatch | conflict | propagating | unreachable."""
    sights = {sight for _, sight in case.sights(record)}
    if not sights:
        return UNREACHABLE
    if sights == {Sight.RIGHT}:
        return _at_resolvers(case, record)
    if right_at_source(case, record):
        return PROPAGATING
    if Sight.WRONG in sights:
        return CONFLICT if _several(case, record) else MISMATCH
    return CONFLICT if in_the_way(case, record) else MISSING


def _at_resolvers(case: Case, record: ExpectedRecord) -> str:
    heard = case.at_resolvers(record.name, record.type)
    conclusive = [e for e in heard if e.outcome.conclusive]
    if any(sight_of(record, e) is not Sight.RIGHT for e in conclusive):
        return PROPAGATING
    failing = any(e.outcome is Outcome.SERVFAIL for e in heard)
    return UNREACHABLE if failing and not conclusive else VERIFIED


def right_at_source(case: Case, record: ExpectedRecord) -> bool:
    """Whether the servers with the newest version of the zone hold the record as it should be.

    Only servers that name the same primary are versions of one zone; with different primaries nobody is newest.
    """
    sights = case.sights(record)
    right = [e for e, sight in sights if sight is Sight.RIGHT]
    if not right:
        return False
    versions = [version for e, _ in sights if (version := _version(case, e)) is not None]
    if len({primary for primary, _ in versions}) > 1:
        return len(right) == len(sights)
    newest = max((serial for _, serial in versions), default=None)
    return all(sight is Sight.RIGHT for e, sight in sights if _serial(case, e) in {newest, None})


def _version(case: Case, exchange: Exchange) -> tuple[str, int] | None:
    soa = case.soa(exchange.server)
    return (soa_primary(soa), soa_serial(soa)) if soa else None


def _serial(case: Case, exchange: Exchange) -> int | None:
    version = _version(case, exchange)
    return version[1] if version else None


def _several(case: Case, record: ExpectedRecord) -> bool:
    """More than one CNAME, or more than one key at a selector, where only one may be."""
    if record.type == "CNAME":
        return any(len(e.values("CNAME")) > 1 for e in case.heard(record.name, "CNAME")) or in_the_way(case, record)
    return record.type == "TXT" and any(
        len(e.values("TXT")) > len(record.values) for e in case.heard(record.name, "TXT")
    )


def in_the_way(case: Case, record: ExpectedRecord) -> bool:
    """Whether records of other types stand at a name where a CNAME is wanted (RFC 1034 section 3.6.2)."""
    return record.type == "CNAME" and bool(conflicting_types(case, record))


def conflicting_types(case: Case, record: ExpectedRecord) -> dict[str, tuple[str, ...]]:
    """The record sets that really stand at the name beside a wanted CNAME: type → values; wildcard answers left out."""
    found: dict[str, list[str]] = {}
    for other in case.others_at(record.name, but="CNAME"):
        if other.type != "SOA" and not case.from_wildcard(record.name, other.type):
            found.setdefault(other.type, []).append(other.text)
    return {type_: tuple(sorted(set(values))) for type_, values in found.items()}

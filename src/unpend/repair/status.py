"""Where each wanted record stands, in the contract's words."""

from __future__ import annotations

from unpend.diagnosis.case import Case
from unpend.diagnosis.compare import Sight, sight_of
from unpend.model.expected import ExpectedRecord, Purpose
from unpend.model.records import Outcome
from unpend.repair.standing import Standing

VERIFIED = "verified"
MISSING = "missing"
MISMATCH = "mismatch"
CONFLICT = "conflict"
PROPAGATING = "propagating"
UNREACHABLE = "unreachable"


def record_status(case: Case, record: ExpectedRecord) -> str:
    """verified | missing | mismatch | conflict | propagating | unreachable.

    Without a word from any authoritative server the answer is `unreachable`: a resolver's memory proves nothing about
    the zone.
    """
    sights = {sight for _, sight in case.sights(record)}
    if not sights:
        return UNREACHABLE
    if in_the_way(case, record) or several(case, record):
        return CONFLICT
    if sights == {Sight.RIGHT}:
        return _at_resolvers(case, record)
    if Standing(case).right(record):
        return PROPAGATING
    return MISMATCH if Sight.WRONG in sights else MISSING


def _at_resolvers(case: Case, record: ExpectedRecord) -> str:
    heard = case.at_resolvers(record.name, record.type)
    conclusive = [e for e in heard if e.outcome.conclusive]
    if any(sight_of(record, e) is not Sight.RIGHT for e in conclusive):
        return PROPAGATING
    failing = any(e.outcome is Outcome.SERVFAIL for e in heard)
    return UNREACHABLE if failing and not conclusive else VERIFIED


def in_the_way(case: Case, record: ExpectedRecord) -> bool:
    """Whether data stands at the name that a CNAME excludes (RFC 1034 section 3.6.2)."""
    return bool(Standing(case).excluded(record.name, record.type))


def several(case: Case, record: ExpectedRecord) -> bool:
    """More records than may be: CNAMEs (RFC 2181 section 10.1), or keys at a selector (RFC 6376 section 3.6.2.2)."""
    single = record.type == "CNAME" or (record.type == "TXT" and record.purpose is Purpose.DKIM)
    answers = Standing(case).answers(record.name, record.type) if single else ()
    return any(len(e.records(record.type, record.name)) > max(1, len(record.values)) for e in answers)

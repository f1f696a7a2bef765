"""Input of `nsupdate` (RFC 2136). Each zone is one update: all of it is made, or, if anything changed since, nothing."""

from __future__ import annotations

from collections.abc import Iterator

from unpend.model.plan import Change, Plan
from unpend.model.records import presented
from unpend.report.plan_as.sets import by_zone


def render(plan: Plan, host: str = "") -> str:
    out: list[str] = []
    for zone, changes in by_zone(plan):
        out += [
            f"zone {zone}",
            *(line for c in changes for line in _requires(c)),
            *(line for c in changes for line in _updates(c)),
        ]
        out.append("send")
    return "\n".join(out) + "\n"


def _requires(change: Change) -> Iterator[str]:
    """What must still stand there (RFC 2136 section 2.4)."""
    if not change.before:
        yield f"prereq nxrrset {change.name} IN {change.type}"
    for value in change.before:
        yield f"prereq yxrrset {change.name} IN {change.type} {presented(change.type, value)}"


def _updates(change: Change) -> Iterator[str]:
    if change.before:
        yield f"update delete {change.name} IN {change.type}"
    for value in change.after:
        yield f"update add {change.name} {change.ttl} IN {change.type} {presented(change.type, value)}"

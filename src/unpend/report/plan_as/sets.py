"""What every form says: the record sets to publish and those to take away, names and values ready to write."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby

from unpend.model.plan import Change, Plan
from unpend.model.records import presented


def edits(plan: Plan) -> tuple[Change, ...]:
    """The changes of zones, in order."""
    return tuple(change for change in plan.changes if isinstance(change, Change))


def by_zone(plan: Plan) -> Iterator[tuple[str, tuple[Change, ...]]]:
    """The changes zone by zone, each zone once."""
    ordered = sorted(edits(plan), key=lambda change: change.zone)
    for zone, changes in groupby(ordered, key=lambda change: change.zone):
        yield zone, tuple(changes)


def lines(change: Change) -> Iterator[str]:
    """The set that is to stand, as master-file lines."""
    for value in change.after:
        yield f"{change.name} {change.ttl} IN {change.type} {presented(change.type, value)}"


def gone(change: Change) -> Iterator[str]:
    """The values that a change takes away, as master-file data without a TTL."""
    for value in change.before:
        if value not in change.after:
            yield f"{change.name} {change.type} {presented(change.type, value)}"


def bare(name: str) -> str:
    """A name without its final dot, "." for the root."""
    return name.rstrip(".") or "."

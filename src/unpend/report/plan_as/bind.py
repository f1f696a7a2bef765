"""Lines of a zone file (RFC 1035 section 5). What has to go stands in comments."""

from __future__ import annotations

from unpend.model.plan import Plan
from unpend.report.plan_as.sets import by_zone, gone, lines


def render(plan: Plan, host: str = "") -> str:
    out: list[str] = []
    for zone, changes in by_zone(plan):
        out += [f"; zone {zone}", *(f"; delete: {line}" for change in changes for line in gone(change))]
        out += [line for change in changes for line in lines(change)]
    return "\n".join(out) + "\n"

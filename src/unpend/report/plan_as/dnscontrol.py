"""DNSControl: `D_EXTEND` blocks for dnsconfig.js. What has to go stands in comments."""

from __future__ import annotations

import json
from collections.abc import Iterator

from unpend.model.names import relative
from unpend.model.plan import Change, Plan
from unpend.report.plan_as.sets import bare, by_zone, gone


def render(plan: Plan, host: str = "") -> str:
    out: list[str] = []
    for zone, changes in by_zone(plan):
        out += [f"// delete: {line}" for change in changes for line in gone(change)]
        records = [record for change in changes for record in _records(zone, change)]
        out += [
            f"D_EXTEND({json.dumps(bare(zone))},",
            *(f"  {r}," for r in records[:-1]),
            *(f"  {r}" for r in records[-1:]),
            ");",
        ]
    return "\n".join(out) + "\n"


def _records(zone: str, change: Change) -> Iterator[str]:
    name = json.dumps(relative(change.name, zone))
    for value in change.after:
        if change.type == "MX":
            preference, exchange = value.split(" ", 1)
            yield f"MX({name}, {preference}, {json.dumps(exchange)}, TTL({change.ttl}))"
        else:
            yield f"{change.type}({name}, {json.dumps(value)}, TTL({change.ttl}))"

"""octoDNS zone files (YamlProvider): the sets to publish. What has to go stands in comments."""

from __future__ import annotations

from typing import Any

import yaml

from unpend.model.names import relative
from unpend.model.plan import Change, Plan
from unpend.report.plan_as.sets import by_zone, gone


def render(plan: Plan, host: str = "") -> str:
    out: list[str] = []
    for zone, changes in by_zone(plan):
        out += [f"# {zone}yaml", *(f"# delete: {line}" for change in changes for line in gone(change))]
        nodes: dict[str, list[dict[str, Any]]] = {}
        for change in changes:
            if change.after:
                nodes.setdefault(relative(change.name, zone).replace("@", ""), []).append(_record(change))
        held = {name: sets[0] if len(sets) == 1 else sets for name, sets in sorted(nodes.items())}
        out.append("---\n" + yaml.safe_dump(held, sort_keys=True, allow_unicode=True, width=1000).rstrip())
    return "\n".join(out) + "\n"


def _record(change: Change) -> dict[str, Any]:
    values = [_value(change.type, value) for value in change.after]
    held = {"values": values} if len(values) > 1 else {"value": values[0]}
    return {"type": change.type, "ttl": change.ttl, **held}


def _value(type_: str, value: str) -> Any:
    if type_ == "MX":
        preference, exchange = value.split(" ", 1)
        return {"preference": int(preference), "exchange": exchange}
    return value.replace(";", "\\;") if type_ == "TXT" else value

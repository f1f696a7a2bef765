"""Change batches for `aws route53 change-resource-record-sets --change-batch`: one JSON document a zone."""

from __future__ import annotations

import json
from typing import Any

from unpend.model.plan import Change, Plan
from unpend.model.records import presented
from unpend.report.plan_as.sets import by_zone


def render(plan: Plan, host: str = "") -> str:
    batches = (
        {"Comment": f"unpend: zone {zone}", "Changes": [_change(c) for c in changes]} for zone, changes in by_zone(plan)
    )
    return "".join(json.dumps(batch, indent=2) + "\n" for batch in batches)


def _change(change: Change) -> dict[str, Any]:
    """A set that goes must be named exactly as it stands; a batch is made whole or not at all."""
    return {
        "Action": "UPSERT" if change.after else "DELETE",
        "ResourceRecordSet": {
            "Name": change.name,
            "Type": change.type,
            "TTL": change.ttl,
            "ResourceRecords": [{"Value": presented(change.type, v)} for v in change.after or change.before],
        },
    }

"""A plan, applied by machine: to the zones at the delegated host, and at the registry above them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import dns.rdatatype
import dns.rrset

from unpend.lab.world import absolute
from unpend.lab.zone import Zone
from unpend.model.plan import Change, Errand, Op, Plan
from unpend.model.records import quoted_strings

Zones = Mapping[str, Sequence[Zone]]


def apply(zones: Zones, plan: Plan) -> list[Errand]:
    """Change the zones (apex without the final dot → its versions) in place; the errands that no machine can run."""
    left = []
    for change in plan.changes:
        if isinstance(change, Change):
            for zone in zones.get(change.zone.rstrip("."), ()):
                _edit(zone, change)
        elif not _run(zones, change):
            left.append(change)
    return left


def _run(zones: Zones, errand: Errand) -> bool:
    target = errand.target.rstrip(".")
    parents = [p for p in zones if target.endswith("." + p)]
    above = zones[max(parents, key=len)] if parents else []
    for zone in above:
        if errand.op in {"remove-ds", "publish-ds"}:
            zone.remove(absolute(target), dns.rdatatype.DS)
        if errand.op == "publish-ds":
            zone.add(dns.rrset.from_text(absolute(target), 3600, "IN", "DS", *errand.values))
        if errand.op == "set-nameservers" and errand.values:
            zone.remove(absolute(target), dns.rdatatype.NS)
            zone.add(dns.rrset.from_text(absolute(target), 3600, "IN", "NS", *errand.values))
    return bool(above) and errand.op in {"remove-ds", "publish-ds", "set-nameservers"}


def _edit(zone: Zone, change: Change) -> None:
    name, rdtype = absolute(change.name), dns.rdatatype.from_text(change.type)
    if change.op is Op.DELETE:
        zone.remove(name, rdtype, tuple(v if change.type == "TXT" else v.lower() for v in change.values))
    else:
        if change.op is Op.REPLACE:
            zone.remove(name, rdtype)
        values = [quoted_strings(v) if change.type == "TXT" else v for v in change.values]
        zone.add(dns.rrset.from_text(name, change.ttl, "IN", change.type, *values))
    soa = zone.soa
    zone.remove(zone.apex, dns.rdatatype.SOA)
    zone.add(dns.rrset.from_rdata(zone.apex, soa.ttl, soa[0].replace(serial=soa[0].serial + 1)))

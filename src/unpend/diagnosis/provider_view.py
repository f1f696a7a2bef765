"""What the provider says of the identity, beside what DNS shows: the view that the provider rules share."""

from __future__ import annotations

from unpend.diagnosis.case import Case
from unpend.diagnosis.soa import soa_primary
from unpend.model.expected import ProviderView
from unpend.model.records import Exchange

FAILED, PENDING, NOT_STARTED, SUCCESS = "FAILED", "PENDING", "NOT_STARTED", "SUCCESS"
TEMPORARY_FAILURE = "TEMPORARY_FAILURE"
REPLICATION = "REPLICATION_"


def statuses(case: Case) -> frozenset[str]:
    """The verification and the DKIM status, where the provider told them."""
    view = case.expected.view or ProviderView()
    return frozenset(status for status in (view.verification_status, view.dkim_status) if status)


def settled(case: Case) -> list[Exchange]:
    """The answers that show every required record right; nothing where one is not, or there is none."""
    required = case.expected.required
    if not required or not all(map(case.right, required)):
        return []
    return [e for record in required for e in case.heard(record.name, record.type)]


def heard_of(case: Case) -> list[Exchange]:
    """What the domain's own servers said, of whatever content: a finding about the provider needs a domain that is there."""
    about_records = [e for record in case.expected.required for e in case.heard(record.name, record.type)]
    return about_records or list(case.heard(case.zone, "SOA", case.zone))


def primaries(case: Case) -> tuple[str, ...]:
    """The primary names in the SOA of the zone's live servers."""
    found = (case.soa(server) for server in case.live_servers(case.zone))
    return tuple(sorted({soa_primary(soa) for soa in found if soa is not None}))

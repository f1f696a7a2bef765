"""From the diagnosis to the one word that exit codes and programs go by."""

from __future__ import annotations

from enum import StrEnum

from unpend.diagnosis.case import Case
from unpend.diagnosis.compare import Sight
from unpend.diagnosis.diagnose import Diagnosis
from unpend.model.records import Outcome
from unpend.repair.status import PROPAGATING, UNREACHABLE, VERIFIED, record_status


class Verdict(StrEnum):
    """What the whole look amounts to."""

    OK = "ok"
    ACTION_REQUIRED = "action_required"
    WAITING = "waiting"
    UNKNOWN = "unknown"


def verdict_of(case: Case, diagnosis: Diagnosis) -> Verdict:
    """Somebody must act; all is well; nothing but time is missing; or too little was heard to say."""
    if diagnosis.errors:
        return Verdict.ACTION_REQUIRED
    statuses = {record_status(case, record) for record in case.expected.required}
    if not statuses or UNREACHABLE in statuses:
        return Verdict.UNKNOWN
    if statuses == {VERIFIED}:
        return Verdict.OK
    waits = any(finding.keeps_waiting for finding in diagnosis.causes)
    return Verdict.WAITING if waits or statuses <= {VERIFIED, PROPAGATING} else Verdict.UNKNOWN


def would_report(case: Case, verdict: Verdict) -> str | None:
    """The error type that SES would show for this picture (its VerificationInfo; the mapping is inferred)."""
    if verdict is Verdict.OK or not case.expected.required:
        return None
    found: list[str] = []
    for record in case.expected.required:
        heard = case.at_resolvers(record.name, record.type) or case.said(record.name, record.type)
        if any(e.outcome in {Outcome.SERVFAIL, Outcome.REFUSED, Outcome.TIMEOUT} for e in heard):
            found.append("DNS_SERVER_ERROR")
        sights = case.sights(record)
        if any(sight is Sight.WRONG for _, sight in sights):
            found.append("INVALID_VALUE")
        absent = [e for e, sight in sights if sight is Sight.ABSENT]
        if any(e.outcome is Outcome.NXDOMAIN for e in absent):
            found.append("HOST_NOT_FOUND")
        elif absent:
            found.append("TYPE_NOT_FOUND")
    order = ["HOST_NOT_FOUND", "TYPE_NOT_FOUND", "INVALID_VALUE", "DNS_SERVER_ERROR"]
    return next((error for error in order if error in found), None)

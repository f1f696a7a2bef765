"""The MAIL FROM domain of Amazon SES: the view that the mail-from rules share."""

from __future__ import annotations

import re
from collections.abc import Iterator

from unpend.catalog import regions
from unpend.diagnosis.case import Case
from unpend.model.expected import ExpectedRecord, Purpose
from unpend.model.finding import Severity
from unpend.model.records import Exchange

_FEEDBACK = re.compile(r"\d+ feedback-smtp\.([a-z0-9-]+)\.amazonses\.com\.", re.IGNORECASE)


def wanted(case: Case, type_: str) -> Iterator[ExpectedRecord]:
    """The wanted records of this type of a MAIL FROM domain."""
    return (r for r in case.records if r.purpose is Purpose.MAIL_FROM and r.type == type_)


def severity_of(record: ExpectedRecord) -> Severity:
    """MAIL FROM has a verification of its own: an error only where somebody asked about it for its own sake."""
    return Severity.ERROR if record.required else Severity.WARNING


def feedback_region(value: str) -> str | None:
    """The region whose bounces this MX takes; None where it is not SES's, or no region that there is."""
    found = _FEEDBACK.fullmatch(value)
    return found[1].lower() if found and found[1].lower() in regions() else None


def shown(case: Case, record: ExpectedRecord) -> Iterator[tuple[Exchange, tuple[str, ...]]]:
    """What each server shows at the MAIL FROM domain where it is not what is wanted, with the values."""
    if not case.from_wildcard(record.name, record.type):
        yield from ((e, e.values(record.type)) for e in case.wrong_at(record))

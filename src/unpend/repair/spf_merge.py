"""Whether an SPF record may grow without a look: the look-ups that it takes then must be known and allowed."""

from __future__ import annotations

from collections.abc import Iterable

from unpend.diagnosis.case import Case
from unpend.diagnosis.spf_view import evaluation_at
from unpend.model.text import Text
from unpend.repair.reasons import MERGED_SPF, TOO_MANY_LOOKUPS
from unpend.standards.spf import MOST_LOOKUPS, spf_records


def spf_doubts(case: Case, name: str, before: Iterable[str], after: Iterable[str]) -> tuple[Text, ...]:
    """Nothing where no standing record grows, or where it stays within what receivers look up (RFC 7208 section 4.6.4)."""
    standing, grown = spf_records(before), spf_records(after)
    if not standing or standing == grown:
        return ()
    found = evaluation_at(case, name, grown[0])
    if found.lookups > MOST_LOOKUPS:
        return (TOO_MANY_LOOKUPS.fill(name=name, count=found.lookups, most=MOST_LOOKUPS),)
    return () if found.exact else (MERGED_SPF.fill(name=name),)

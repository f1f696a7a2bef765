"""What a TXT set becomes when wanted strings join those of other services."""

from __future__ import annotations

from collections.abc import Iterable

from unpend.model.text import Text
from unpend.repair.reasons import ANOTHER_POLICY, DROPPED_TERMS, MERGED_SPF
from unpend.standards.spf import is_spf, joined, read_spf

# One record of each kind at a name, or none counts (RFC 7208 section 4.5, RFC 7489 section 6.6.3, RFC 8461 section 3.1,
# RFC 8460 section 3).
ALONE_OF_THEIR_KIND = ("v=spf1", "v=dmarc1", "v=stsv1", "v=tlsrptv1", "v=bimi1")


def txt_set(name: str, standing: Iterable[str], wanted: Iterable[str]) -> tuple[tuple[str, ...], tuple[Text, ...]]:
    """The new set, and what a person should know. Whatever is not in the way stays as it is."""
    values, notes = list(standing), []
    for value in wanted:
        rivals = [v for v in values if v != value and kind(v) and kind(v) == kind(value)]
        kept = [v for v in values if v not in rivals and v != value]
        if rivals and is_spf(value):
            faults = [fault.term for rival in rivals for fault in read_spf(rival).faults]
            notes += [MERGED_SPF.fill(name=name)] if len(rivals) + (value in values) > 1 else []
            notes += [DROPPED_TERMS.fill(name=name, terms=faults)] if faults else []
            value = _one_spf([*rivals, value])
        elif rivals:
            notes.append(ANOTHER_POLICY.fill(name=name, values=rivals))
        values = [*kept, value]
    return tuple(values), tuple(notes)


def _one_spf(records: list[str]) -> str:
    merged = records[0]
    for other in records[1:]:
        merged = joined(merged, other)
    return merged


def kind(content: str) -> str:
    """The version tag of a record that has to be alone of its kind, or ""."""
    first = content.lower().replace(" ", ";").partition(";")[0]
    return first if first in ALONE_OF_THEIR_KIND else ""

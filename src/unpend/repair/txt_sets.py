"""What a TXT set becomes when wanted strings join those of other services."""

from __future__ import annotations

from collections.abc import Iterable

from unpend.model.text import Text
from unpend.repair.reasons import ANOTHER_POLICY, MERGED_SPF
from unpend.standards.spf_terms import is_spf, joined

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
            value = _one_spf([*rivals, value] if value not in values else [value, *rivals])
            notes.append(MERGED_SPF.fill(name=name))
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

"""A plan as a diff: what goes, what comes, and what nobody but a person can do."""

from __future__ import annotations

from collections.abc import Iterator

from unpend.model.plan import Errand, Plan
from unpend.model.text import Lang, Text
from unpend.report.escape import for_terminal
from unpend.report.plan_as.sets import by_zone, gone, lines

BY_HAND = Text(en="not by machine: {what}", ja="機械では行えません: {what}")


def as_diff(plan: Plan, lang: Lang) -> str:
    """Lines that begin with - or +, zone by zone; errands as comments."""
    return "".join(for_terminal(line) + "\n" for line in _lines(plan, lang))


def _lines(plan: Plan, lang: Lang) -> Iterator[str]:
    for zone, changes in by_zone(plan):
        yield f"# {zone}"
        for change in changes:
            kept = {value for value in change.before if value in change.after}
            yield from (f"- {line}" for line in gone(change))
            fresh = (line for line, value in zip(lines(change), change.after, strict=True) if value not in kept)
            yield from (f"+ {line}" for line in fresh)
    for errand in plan.changes:
        if isinstance(errand, Errand):
            yield "# " + BY_HAND.fill(what=errand.instructions).of(lang)

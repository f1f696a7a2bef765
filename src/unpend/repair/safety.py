"""Whether a machine may apply a plan, and why not."""

from __future__ import annotations

from collections.abc import Iterable

from unpend.model.plan import Safety
from unpend.model.text import Text
from unpend.repair.edits import Edit
from unpend.repair.errands import Errands
from unpend.repair.reasons import BY_A_PERSON


def judged(edits: Iterable[Edit], errands: Errands, notes: Iterable[Text] = ()) -> tuple[Safety, tuple[Text, ...]]:
    """The safety of a plan, with every reason once.

    `manual` where a person has to act before any edit helps, or where there is no edit; `review` where an edit touches
    what may not be ours; errands that can follow the edits do not stop a machine from making them.
    """
    made = tuple(edits)
    doubts = [doubt for edit in made for doubt in edit.doubts]
    by_hand = [BY_A_PERSON.fill(target=e.target) for e in errands.all]
    reasons = {text.of("en"): text for text in (*doubts, *by_hand, *notes, *errands.instead)}
    if errands.first or (errands.later and not made):
        return Safety.MANUAL, tuple(reasons.values())
    return (Safety.REVIEW if doubts else Safety.SAFE), tuple(reasons.values())

"""A look that found something: what is decided, and the rows that it writes."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from unpend.lifecycle import Decision
from unpend.model.identity import MACHINES, Identity, LastLook, Transition
from unpend.store.outbox import event_row, type_of
from unpend.store.rows import Claim, standing_columns, text_of, transition_columns


@dataclass(frozen=True, slots=True)
class Looked:
    """One identity after a look: as it was read, what was decided, what was seen; `deep`: a diagnosis is owed."""

    before: Identity
    decision: Decision
    look: LastLook
    deep: bool = False


def claim(each: Looked) -> Claim:
    """What it claims its row with."""
    checked_at = each.look.checked_at or 0.0
    return Claim(each.before.id, each.before.rev, each.decision.due_at, each.decision.attempt, checked_at)


def wide(each: Looked) -> bool:
    """Whether the wide row has anything new to hold."""
    before = each.before.look
    return each.decision.changed or (before.error_type, before.picture, before.soa) != (
        each.look.error_type,
        each.look.picture,
        each.look.soa,
    )


def identity_row(each: Looked) -> list[Any]:
    """The new row of IDENTITY."""
    look = each.look
    row: list[Any] = [each.before.id, each.before.version + len(each.decision.transitions)]
    row += [look.success_at, look.error_type, text_of(look.soa) if look.soa else None, look.picture]
    for machine in MACHINES:
        row += standing_columns(each.decision.standings[machine], machine).values()
    return row


def _numbered(each: Looked) -> list[Transition]:
    first = each.before.version + 1
    return [replace(step, version=first + n) for n, step in enumerate(each.decision.transitions)]


def step_rows(each: Looked) -> list[tuple[Any, ...]]:
    """The rows of TRANSITION."""
    return [tuple(transition_columns(each.before.id, step).values()) for step in _numbered(each)]


def event_rows(each: Looked) -> list[list[Any]]:
    """The rows of EVENT."""
    ownership, dkim, mail_from = (each.decision.standings[machine] for machine in MACHINES)
    after = replace(each.before, ownership=ownership, dkim=dkim, mail_from=mail_from)
    return [event_row(after, type_of(step), step.at, step.version, step) for step in _numbered(each)]

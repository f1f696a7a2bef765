"""What the world is told: one event for each step that matters to it, written in the step's own transaction."""

from __future__ import annotations

import json
import uuid
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection

from unpend.model.identity import Identity, Machine, State, Transition
from unpend.store.hot import DELIVERY, EVENT, Batch

BAD_NEWS = frozenset({"domain.degraded", "domain.failed"})
CAUSES = Batch("id:bigint", "SELECT i.id, i.cause FROM {rows} JOIN insight i ON i.id = u.id")
_OWNERSHIP = {
    (State.PENDING, State.SUCCESS): "domain.verified",
    (State.TEMPORARY_FAILURE, State.SUCCESS): "domain.recovered",
    (State.SUCCESS, State.TEMPORARY_FAILURE): "domain.degraded",
    (State.PENDING, State.FAILED): "domain.failed",
    (State.TEMPORARY_FAILURE, State.FAILED): "domain.failed",
}


def type_of(step: Transition) -> str:
    """The event of a step: ownership decides what the domain is; the other machines only update it."""
    if step.machine is Machine.OWNERSHIP:
        return _OWNERSHIP.get((step.before, step.after), "domain.updated")
    return "domain.updated"


def event_row(identity: Identity, type_: str, at: float, version: int, step: Transition | None = None) -> list[Any]:
    """The row of EVENT."""
    key = identity.key
    body: dict[str, Any] = {
        "id": identity.uid,
        "account": key.account,
        "region": key.region,
        "domain": key.name,
        "states": {machine.value: identity.standing(machine).state.value for machine in Machine},
    }
    if step is not None:
        body["change"] = {"machine": step.machine.value, "before": step.before.value, "after": step.after.value}
    return [str(uuid.uuid4()), key.account, identity.id, version, type_, json.dumps(body), at]


def tell(connection: Connection, rows: Sequence[Sequence[Any]]) -> None:
    """Write events, and what is owed to each endpoint that wants them. At most one of each type a step, by constraint."""
    told = _with_causes(connection, rows)
    numbers = EVENT.run(connection, told)
    DELIVERY.run(connection, [(number, row[6]) for (number,), row in zip(numbers, told, strict=True)])


def _with_causes(connection: Connection, rows: Sequence[Sequence[Any]]) -> Sequence[Sequence[Any]]:
    """Bad news comes with the cause that the last diagnosis found, so that nobody has to ask for it."""
    bad = {row[2] for row in rows if row[4] in BAD_NEWS}
    if not bad:
        return rows
    causes = dict(CAUSES.run(connection, [(number,) for number in sorted(bad)]))
    return [_with_cause(row, causes.get(row[2])) if row[4] in BAD_NEWS else row for row in rows]


def _with_cause(row: Sequence[Any], cause: str | None) -> Sequence[Any]:
    uid, account, identity, version, type_, body, at = row
    return uid, account, identity, version, type_, json.dumps({**json.loads(body), "cause": cause or None}), at

"""What the database tells an operator: how late work is, and how many identities stand where."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import text

from unpend.model.identity import MACHINES
from unpend.store.connect import Database
from unpend.store.rows import STATES

# One probe of the index a shard, instead of a walk through all of it.
LOOK = text(
    "WITH RECURSIVE shards(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM shards WHERE n < 1023) "
    "SELECT min((SELECT min(due_at) FROM schedule WHERE shard = n AND due_at <= :now)) FROM shards"
)
DEEP = text("SELECT min(due_at) FROM deep WHERE due_at <= :now")
OWED = text(
    "SELECT count(*), min(CASE WHEN d.due_at <= :now THEN d.due_at END) FROM delivery d "
    "JOIN endpoint p ON p.id = d.endpoint WHERE p.state = 0 AND d.due_at IS NOT NULL"
)
DOWN = text("SELECT count(*) FROM endpoint WHERE state > 1")


@dataclass(frozen=True, slots=True)
class Gauges:
    """Since when the oldest of each kind is due, None where nothing is; how many webhooks wait, and are given up."""

    look_due_since: float | None
    deep_due_since: float | None
    webhook_due_since: float | None
    webhooks_waiting: int
    endpoints_down: int


def read_gauges(database: Database, now: float) -> Gauges:
    """A moment's work: every number comes from an index."""
    with database.reading() as connection:
        waiting, webhook = connection.execute(OWED, {"now": now}).one()
        look = connection.execute(LOOK, {"now": now}).scalar()
        deep = connection.execute(DEEP, {"now": now}).scalar()
        return Gauges(look, deep, webhook, waiting, connection.execute(DOWN).scalar() or 0)


def read_states(database: Database) -> dict[tuple[str, str], int]:
    """How many identities stand where, by machine and state; reads the whole table, so not often."""
    columns = ", ".join(f"{machine.value}_state" for machine in MACHINES)
    counts = {(machine.value, state.value): 0 for machine in MACHINES for state in STATES}
    query = text(f"SELECT {columns}, count(*) FROM identity GROUP BY {columns}")  # noqa: S608 - names of our own
    with database.reading() as connection:
        for *states, count in connection.execute(query):
            for machine, state in zip(MACHINES, states, strict=True):
                counts[machine.value, STATES[state].value] += count
    return counts


def answers(database: Database) -> bool:
    """Whether the database answers at all; StoreError says why it does not."""
    with database.reading() as connection:
        return connection.execute(text("SELECT 1")).scalar() == 1

"""Deep diagnoses: which are owed, and the last one of each identity."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, column, delete, select, text, update

from unpend.model.identity import Identity
from unpend.store import hot
from unpend.store.looked import Looked
from unpend.store.rows import COLUMNS, SHARDS, identity_of
from unpend.store.store import Store
from unpend.store.tables import deep, insight

AGAIN = 10.0
LEASE = 120.0
OWED = text(
    f"SELECT {COLUMNS}, d.rev FROM (SELECT id, rev, due_at FROM deep WHERE shard = :shard AND due_at <= :now "  # noqa: S608
    "ORDER BY due_at, id LIMIT :limit) d JOIN identity i ON i.id = d.id JOIN schedule s ON s.id = d.id ORDER BY d.due_at"
)
OWED_SHARDS = text(hot.DUE_SHARDS.text.replace("schedule", "deep"))
KEEP = text(
    "INSERT INTO insight (id, at, verdict, cause, eta, casefile) VALUES (:id, :at, :verdict, :cause, :eta, :casefile) "
    "ON CONFLICT (id) DO UPDATE SET at = :at, verdict = :verdict, cause = :cause, eta = :eta, casefile = :casefile"
)
CAUSE = text("SELECT cause FROM insight WHERE id = :id").columns(column("cause"))


@dataclass(frozen=True, slots=True)
class Owed:
    """An identity whose diagnosis is owed. `rev` guards the debt: a picture that changed meanwhile asks again."""

    identity: Identity
    rev: int


@dataclass(frozen=True, slots=True)
class Insight:
    """A diagnosis that was kept. `cause` is the code of the first finding, `casefile` compressed."""

    at: float
    verdict: str
    cause: str
    eta: float | None
    casefile: bytes


def owed_shards(store: Store, now: float) -> list[tuple[int, float]]:
    """The shards that owe diagnoses, and since when."""
    with store.database.reading() as connection:
        return [
            (row[0], row[1]) for row in connection.execute(OWED_SHARDS, {"now": now, "first": 0, "last": SHARDS - 1})
        ]


def take_owed(store: Store, shards: Sequence[int], now: float, limit: int, lease: float = LEASE) -> list[Owed]:
    """Take some: for the time of the lease nobody else gets them. Who is killed gives them back by that."""
    with store.database.writing() as connection:
        rows: list[Row[Any]] = []
        for shard in shards:
            given = {"shard": shard, "now": now, "limit": limit - len(rows)}
            rows += connection.execute(OWED, given).all() if len(rows) < limit else []
        taken = [Owed(identity_of(row[:-1]), row[-1] + 1) for row in rows]
        return [each for each in taken if _lease(connection, each, now + lease)]


def _lease(connection: Connection, each: Owed, until: float) -> bool:
    mine = (deep.c.id == each.identity.id) & (deep.c.rev == each.rev - 1)
    return bool(connection.execute(update(deep).where(mine).values(due_at=until, rev=each.rev)).rowcount)


def keep_insight(
    store: Store, owed: Owed, judge: Callable[[Identity], Looked], found: Insight, again_at: float | None = None
) -> bool:
    """The diagnosis and what follows from it in one transaction; False where something else is demanded meanwhile.

    Quick looks may have gone on beside it: `judge` is given the identity as it is now. `again_at`: it is owed again from then on.
    """
    with store.database.writing() as connection:
        now = store.get_in(connection, owed.identity.key, lock=True)
        if now is None or now.id != owed.identity.id or now.attributes != owed.identity.attributes:
            return False
        values = {"at": found.at, "verdict": found.verdict, "cause": found.cause, "eta": found.eta}
        connection.execute(KEEP, {"id": now.id, **values, "casefile": found.casefile})
        store.commit_in(connection, [judge(now)])  # its events name the cause that is kept by now
        mine = (deep.c.id == now.id) & (deep.c.rev == owed.rev)
        paid = delete(deep) if again_at is None else update(deep).values(due_at=again_at, rev=owed.rev + 1)
        connection.execute(paid.where(mine))
        return True


def give_back(store: Store, owed: Sequence[Owed], due_at: float) -> None:
    """Owe these again from this time on."""
    with store.database.writing() as connection:
        for each in owed:
            mine = (deep.c.id == each.identity.id) & (deep.c.rev == each.rev)
            connection.execute(update(deep).where(mine).values(due_at=due_at, rev=each.rev + 1))


def cause_of(store: Store, identity: int) -> str:
    """The root cause that the last diagnosis found, "" where there was none; without its case file."""
    rows = store.database.rows(CAUSE, {"id": identity})
    return rows[0][0] if rows else ""


def insight_of(store: Store, identity: int) -> Insight | None:
    """The last diagnosis of an identity."""
    c = insight.c
    query = select(c.at, c.verdict, c.cause, c.eta, c.casefile).where(c.id == identity)
    with store.database.reading() as connection:
        row = connection.execute(query).first()
    return Insight(row[0], row[1], row[2], row[3], bytes(row[4])) if row else None

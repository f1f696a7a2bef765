"""What the list on the pages shows: domains of one state, and the root causes that were kept, without their case files."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select, text

from unpend.model.identity import Identity, State
from unpend.store.hot import identities
from unpend.store.rows import COLUMNS, STATE_NUMBER, identity_of
from unpend.store.store import Store
from unpend.store.tables import insight

# So many names are looked through for one page, whatever the state: who is among a million others costs more pages, not
# a longer wait.
WINDOW = 20_000
_NAMES = "FROM identity WHERE account = :account AND region = :region AND name > :after ORDER BY name"
LISTED = identities(
    f"SELECT {COLUMNS} FROM (SELECT * {_NAMES} LIMIT :window) i JOIN schedule s ON s.id = i.id "  # noqa: S608 - ours
    "WHERE i.kind = 0 AND i.ownership_state = :state ORDER BY i.name LIMIT :limit"
)
LAST = text(f"SELECT name {_NAMES} LIMIT 1 OFFSET :last")
# One probe of the index a region.
REGIONS = text(
    "WITH RECURSIVE r(region) AS (SELECT min(region) FROM identity WHERE account = :account UNION ALL "
    "SELECT (SELECT min(region) FROM identity WHERE account = :account AND region > r.region) FROM r "
    "WHERE r.region IS NOT NULL) SELECT region FROM r WHERE region IS NOT NULL LIMIT 100"
)


@dataclass(frozen=True, slots=True)
class Known:
    """What the last diagnosis of an identity came to. `cause` is a code, "" where nothing was found."""

    at: float
    verdict: str
    cause: str
    eta: float | None


@dataclass(frozen=True, slots=True)
class Some:
    """A page. `after` is the name after which the next one begins, None at the end."""

    items: tuple[Identity, ...]
    after: str | None


def some(
    store: Store, account: str, region: str, after: str, limit: int, state: State | None = None, window: int = WINDOW
) -> Some:
    """Domains in the order of their names, from after this one."""
    if state is None:
        found = store.page(account, region, after, limit + 1)
        return Some(tuple(found[:limit]), found[limit - 1].key.name if len(found) > limit else None)
    given = {"account": account, "region": region, "after": after}
    with store.database.reading() as connection:
        wanted = given | {"window": window, "limit": limit + 1, "state": STATE_NUMBER[state]}
        rows = [identity_of(row) for row in connection.execute(LISTED, wanted)]
        if len(rows) > limit:
            return Some(tuple(rows[:limit]), rows[limit - 1].key.name)
        last = connection.execute(LAST, given | {"last": window - 1}).scalar()
    return Some(tuple(rows), last)


def known(store: Store, identities: Sequence[Identity]) -> dict[int, Known]:
    """The last diagnoses of these, by id."""
    c = insight.c
    query = select(c.id, c.at, c.verdict, c.cause, c.eta).where(c.id.in_([each.id for each in identities]))
    with store.database.reading() as connection:
        return {row[0]: Known(*row[1:]) for row in connection.execute(query)}


def regions(store: Store, account: str) -> list[str]:
    """Where this account has any."""
    with store.database.reading() as connection:
        return [row[0] for row in connection.execute(REGIONS, {"account": account})]

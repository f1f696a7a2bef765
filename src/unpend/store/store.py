"""The store: every promise that the engine makes about identities is one transaction here. Synchronous; call it in a
thread. `commit` is the heart: compare and set on `rev`, steps, events and deliveries together or not at all."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Connection, delete, select, update
from sqlalchemy.exc import IntegrityError

from unpend.model.errors import IdentityExistsError, UnknownIdentityError
from unpend.model.identity import (
    MACHINES,
    Attributes,
    Identity,
    IdentityKey,
    Kind,
    Machine,
    Standing,
    State,
    Transition,
)
from unpend.model.text import Text
from unpend.store import hot, tables
from unpend.store.connect import Database
from unpend.store.direct import run
from unpend.store.looked import Looked, claim, event_rows, identity_row, step_rows, wide
from unpend.store.outbox import event_row, tell, type_of
from unpend.store.rows import (
    KINDS,
    STATES,
    Claim,
    Due,
    identity_of,
    shard_of,
    standing_columns,
    text_of,
    transition_columns,
    transition_of,
)

EXISTS = Text(en="There is an identity {name} already.", ja="ID {name} は既に存在します。")
UNKNOWN = Text(en="There is no identity {name}.", ja="ID {name} は存在しません。")
FAIR_POOL = 4


@dataclass(frozen=True, slots=True)
class Draft:
    """An identity to create."""

    key: IdentityKey
    kind: Kind
    attributes: Attributes
    standings: dict[Machine, Standing]
    due_at: float


@dataclass(frozen=True, slots=True)
class Glimpse:
    """What a list shows of an identity."""

    name: str
    kind: Kind
    ownership: State


@dataclass(frozen=True, slots=True)
class Change:
    """What its owner changes. `steps` already carry their states; `due_at` None leaves the next look where it is."""

    attributes: Attributes
    standings: dict[Machine, Standing]
    steps: tuple[Transition, ...] = ()
    due_at: float | None = None


class Store:
    """Identities, their schedule, history and outbox, in one database."""

    def __init__(self, database: Database) -> None:
        self.database = database

    def get(self, key: IdentityKey) -> Identity | None:
        """The identity, None where there is none."""
        rows = self.database.rows(hot.GET, _named(key))
        return identity_of(rows[0]) if rows else None

    def get_in(self, connection: Connection, key: IdentityKey, *, lock: bool = False) -> Identity | None:
        """The same as a part of a larger transaction; `lock` has it stand still until that ends."""
        locking = lock and not self.database.sqlite
        rows = run(connection, hot.GET_LOCKED if locking else hot.GET, _named(key))
        return identity_of(rows[0]) if rows else None

    def by_uid(self, uid: str) -> Identity | None:
        """The identity with this public id."""
        rows = self.database.rows(hot.GET_UID, {"uid": uid})
        return identity_of(rows[0]) if rows else None

    def page(self, account: str, region: str, after: str = "", limit: int = 100) -> list[Identity]:
        """Identities in the order of their names, from after this one."""
        given = {"account": account, "region": region, "after": after, "limit": limit}
        return [identity_of(row) for row in self.database.rows(hot.LIST, given)]

    def glimpses(self, account: str, region: str, after: str = "", limit: int = 100) -> list[Glimpse]:
        """The same page, without what a list does not show."""
        given = {"account": account, "region": region, "after": after, "limit": limit}
        rows = self.database.rows(hot.GLIMPSES, given)
        return [Glimpse(name, KINDS[kind], STATES[state]) for name, kind, state in rows]

    def create(self, draft: Draft, now: float) -> Identity:
        """A new identity and its `domain.created`; IdentityExistsError where there is one."""
        try:
            with self.database.writing() as connection:
                made = _insert(connection, draft, now)
                tell(connection, [event_row(made, "domain.created", now, 0)])
                return made
        except IntegrityError:
            raise IdentityExistsError(EXISTS.fill(name=draft.key.name)) from None

    def delete(self, key: IdentityKey, now: float) -> bool:
        """Delete it with all that hangs on it, and tell; False where there was none."""
        with self.database.writing() as connection:
            found = self.get_in(connection, key, lock=True)
            if found is None:
                return False
            gone = connection.execute(delete(tables.identity).where(tables.identity.c.id == found.id)).rowcount
            if gone:
                tell(connection, [event_row(found, "domain.deleted", now, found.version)])
            return bool(gone)

    def update(self, key: IdentityKey, now: float, change: Callable[[Identity], Change]) -> Identity:
        """Change it in one transaction; a look that is under way then changes nothing any more (`rev`)."""
        with self.database.writing() as connection:
            before = self.get_in(connection, key, lock=True)
            if before is None:
                raise UnknownIdentityError(UNKNOWN.fill(name=key.name))
            return _apply(connection, before, change(before), now)

    def history(self, identity: int, limit: int = 200) -> list[Transition]:
        """Its steps, the newest first."""
        t = tables.transition.c
        columns = (t.version, t.machine, t.before, t.after, t.event, t.at, t.seen)
        query = select(*columns).where(t.id == identity).order_by(t.version.desc()).limit(limit)
        with self.database.reading() as connection:
            return [transition_of(row) for row in connection.execute(query)]

    def due_shards(self, now: float, first: int = 0, last: int = 1023) -> list[tuple[int, float]]:
        """The shards in which something is due, and since when."""
        rows = self.database.rows(hot.DUE_SHARDS, {"now": now, "first": first, "last": last})
        return [(row[0], row[1]) for row in rows]

    def read_due(self, shards: Sequence[int], now: float, share: int) -> list[Due]:
        """What is due in these shards, no more than `share` of each, so that none takes the room of another: the oldest
        first, in turn between the accounts. Nothing is locked."""
        given = {"now": now, "limit": share, "pool": share * FAIR_POOL}
        if self.database.sqlite:
            return [
                Due._make(row) for shard in shards for row in self.database.rows(hot.READ_DUE, given | {"shard": shard})
            ]
        with self.database.reading() as connection:
            return list(map(Due._make, connection.execute(hot.READ_DUE_TOGETHER, given | {"shards": list(shards)})))

    def whole(self, due: Sequence[Due]) -> dict[int, Identity]:
        """The identities of these by id, without those that somebody has changed or deleted meanwhile."""
        revs = {each.id: each.rev for each in due}
        with self.database.reading() as connection:
            found = map(identity_of, hot.WHOLE.run(connection, [(number,) for number in revs]))
            return {each.id: each for each in found if each.rev == revs[each.id]}

    def commit(self, looked: Sequence[Looked], unchanged: Sequence[Claim] = ()) -> frozenset[int]:
        """The outcome of a batch, in one transaction; the ids of those that nobody else had changed meanwhile.

        Of what is `unchanged` only the time of the next look is written."""
        with self.database.writing() as connection:
            return self.commit_in(connection, looked, unchanged)

    def commit_in(
        self, connection: Connection, looked: Sequence[Looked], unchanged: Sequence[Claim] = ()
    ) -> frozenset[int]:
        """The same as a part of a larger transaction."""
        claims = sorted([*unchanged, *map(claim, looked)])  # in one order for all, so that none waits for another
        won = frozenset(row[0] for row in hot.CLAIM.run(connection, claims))
        kept = [each for each in looked if each.before.id in won]
        moved = [each for each in kept if each.decision.transitions]
        hot.IDENTITY.run(connection, [identity_row(each) for each in kept if wide(each)])
        hot.TRANSITION.run(connection, [row for each in moved for row in step_rows(each)])
        tell(connection, [row for each in moved for row in event_rows(each)])
        owed = [(e.before.id, shard_of(e.before.key), e.look.checked_at) for e in kept if e.deep]
        hot.DEEP.run(connection, owed)
        return won


def _named(key: IdentityKey) -> dict[str, str]:
    return {"account": key.account, "region": key.region, "name": key.name}


def _insert(connection: Connection, draft: Draft, now: float) -> Identity:
    uid = str(uuid.uuid4())
    values: dict[str, Any] = {
        "uid": uid,
        "account": draft.key.account,
        "region": draft.key.region,
        "name": draft.key.name,
        "kind": KINDS.index(draft.kind),
        "created_at": now,
        "attributes": text_of(draft.attributes),
    }
    for machine in MACHINES:
        values |= standing_columns(draft.standings[machine], machine)
    number: int = run(connection, hot.NEW_IDENTITY, values)[0][0]
    run(connection, hot.NEW_SCHEDULE, {"id": number, "shard": shard_of(draft.key), "due_at": draft.due_at})
    ownership, dkim, mail_from = (draft.standings[machine] for machine in MACHINES)
    return Identity(
        number, uid, draft.key, draft.kind, now, ownership, dkim, mail_from, draft.attributes, due_at=draft.due_at
    )


def _same_demand(before: Attributes, after: Attributes) -> bool:
    """What was seen of other records says nothing about these."""
    told = [(each.signing, each.mail_from, each.txt_token) for each in (before, after)]
    return told[0] == told[1]


def _apply(connection: Connection, before: Identity, change: Change, now: float) -> Identity:
    due_at = before.due_at if change.due_at is None else change.due_at
    attempt = 0 if change.steps or change.due_at is not None else before.attempt
    ownership, dkim, mail_from = (change.standings[machine] for machine in MACHINES)
    picture = before.look.picture if _same_demand(before.attributes, change.attributes) else ""
    after = replace(
        before,
        look=replace(before.look, picture=picture),
        attributes=change.attributes,
        ownership=ownership,
        dkim=dkim,
        mail_from=mail_from,
        version=before.version + len(change.steps),
        rev=before.rev + 1,
        attempt=attempt,
        due_at=due_at,
    )
    values: dict[str, Any] = {"attributes": text_of(change.attributes), "version": after.version, "picture": picture}
    for machine in MACHINES:
        values |= standing_columns(change.standings[machine], machine)
    connection.execute(update(tables.identity).where(tables.identity.c.id == before.id).values(values))
    row = {"due_at": due_at, "rev": after.rev, "attempt": attempt}
    connection.execute(update(tables.schedule).where(tables.schedule.c.id == before.id).values(row))
    _write_steps(connection, after, change.steps, before.version)
    return after


def _write_steps(connection: Connection, after: Identity, steps: Sequence[Transition], version: int) -> None:
    numbered = [replace(step, version=version + n) for n, step in enumerate(steps, 1)]
    hot.TRANSITION.run(connection, [tuple(transition_columns(after.id, step).values()) for step in numbered])
    tell(connection, [event_row(after, type_of(step), step.at, step.version, step) for step in numbered])

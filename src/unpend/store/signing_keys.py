"""The key pairs behind issued names, in the same database as the identities. Synchronous; call it in a thread."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from sqlalchemy import Row, Select, and_, exists, not_, select, tuple_, update
from sqlalchemy.dialects import postgresql, sqlite

from unpend.model.identity import Identity, IdentityKey
from unpend.model.signing_key import KeyState, SigningKey
from unpend.store.connect import Database
from unpend.store.hot import DOMAINS
from unpend.store.rows import identity_of
from unpend.store.tables import identity
from unpend.store.tables import signing_key as keys

STATES = tuple(KeyState)
PAGE = 1000
_OWNED = exists().where(
    and_(
        identity.c.account == keys.c.account,
        identity.c.region == keys.c.region,
        identity.c.name == keys.c.name,
    )
)


class SigningKeys:
    """All signing keys of an installation. Who writes a key that another has changed meanwhile changes nothing."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def of(self, owners: Iterable[IdentityKey]) -> dict[IdentityKey, list[SigningKey]]:
        """The keys of each of these owners, in the order of their slots."""
        wanted = [(owner.account, owner.region, owner.name) for owner in owners]
        query = select(keys).where(tuple_(keys.c.account, keys.c.region, keys.c.name).in_(wanted))
        found: dict[IdentityKey, list[SigningKey]] = {IdentityKey(*owner): [] for owner in wanted}
        for key in self._read(query.order_by(keys.c.slot)):
            found[key.owner].append(key)
        return found

    def domains(self, after: int, limit: int) -> list[Identity]:
        """Domains in the order of their creation, from after this id."""
        with self._database.reading() as connection:
            return [identity_of(row) for row in connection.execute(DOMAINS, {"after": after, "limit": limit})]

    def due(self, now: float, limit: int) -> list[SigningKey]:
        """The keys that go to another state now, the longest due first."""
        return self._read(select(keys).where(keys.c.due_at <= now).order_by(keys.c.due_at).limit(limit))

    def unshown(self, limit: int) -> list[SigningKey]:
        """The keys that the zone does not have as they are."""
        return self._read(select(keys).where(keys.c.shown == 0).order_by(keys.c.id).limit(limit))

    def left_behind(self, limit: int) -> list[SigningKey]:
        """Keys in use whose identity is gone."""
        used = keys.c.state.in_([STATES.index(KeyState.NEXT), STATES.index(KeyState.CURRENT)])
        return self._read(select(keys).where(and_(used, not_(_OWNED))).order_by(keys.c.id).limit(limit))

    def named(self, token: str) -> list[SigningKey]:
        """The keys with this token: one for each zone that it was issued in."""
        return self._read(select(keys).where(keys.c.token == token))

    def published(self, zone: str) -> Iterator[SigningKey]:
        """All keys of a zone, in the order in which they were made, a page at a time."""
        after = 0
        while page := self._read(
            select(keys).where(and_(keys.c.zone == zone, keys.c.id > after)).order_by(keys.c.id).limit(PAGE)
        ):
            yield from page
            after = page[-1].id

    def write(self, changed: Sequence[SigningKey]) -> frozenset[int]:
        """Make keys (`id` 0) and change keys, in one transaction; the ids of those that were still as they were read."""
        made = [_row(key) for key in changed if not key.id]
        won = set()
        with self._database.writing() as connection:
            if made:
                dialect = sqlite if self._database.sqlite else postgresql
                connection.execute(dialect.insert(keys).on_conflict_do_nothing(), made)
            for key in (key for key in changed if key.id):
                guard = and_(keys.c.id == key.id, keys.c.rev == key.rev)
                row = _row(key) | {"rev": key.rev + 1}
                if connection.execute(update(keys).where(guard).values(row)).rowcount:
                    won.add(key.id)
        return frozenset(won)

    def _read(self, query: Select[Any]) -> list[SigningKey]:
        with self._database.reading() as connection:
            return [_key(row) for row in connection.execute(query)]


def _row(key: SigningKey) -> dict[str, Any]:
    return {
        "account": key.owner.account,
        "region": key.owner.region,
        "name": key.owner.name,
        "slot": key.slot,
        "zone": key.zone,
        "token": key.token,
        "state": STATES.index(key.state),
        "bits": key.bits,
        "public": key.public,
        "private": key.private,
        "since": key.since,
        "due_at": key.due_at,
        "shown": int(key.shown),
        "rev": key.rev,
    }


def _key(row: Row[Any]) -> SigningKey:
    owner = IdentityKey(row.account, row.region, row.name)
    rest = (row.bits, row.public, row.private, row.since, row.due_at, bool(row.shown), row.id, row.rev)
    return SigningKey(owner, row.slot, row.zone, row.token, STATES[row.state], *rest)

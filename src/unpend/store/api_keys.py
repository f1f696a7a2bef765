"""Keys of the REST door, in the same database. Synchronous; call it in a thread."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, and_, insert, select, update

from unpend.store.connect import Database
from unpend.store.tables import api_key as keys


@dataclass(frozen=True, slots=True)
class ApiKey:
    """A key as it is kept: its digest (SHA-256 of the secret half), never the secret."""

    prefix: str
    digest: bytes
    account: str
    scopes: tuple[str, ...]
    note: str
    created_at: float
    revoked_at: float | None = None
    id: int = 0


class ApiKeys:
    """All keys of an installation."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, key: ApiKey) -> None:
        """Keep a new key; its prefix is its own."""
        row = {
            "prefix": key.prefix,
            "digest": key.digest,
            "account": key.account,
            "scopes": " ".join(key.scopes),
            "note": key.note,
            "created_at": key.created_at,
        }
        with self._database.writing() as connection:
            connection.execute(insert(keys).values(row))

    def by_prefix(self, prefix: str) -> ApiKey | None:
        """The key with this prefix that is not revoked."""
        query = select(keys).where(and_(keys.c.prefix == prefix, keys.c.revoked_at.is_(None)))
        with self._database.reading() as connection:
            row = connection.execute(query).first()
        return _key(row) if row else None

    def any(self) -> bool:
        """Whether there is a key that is not revoked."""
        with self._database.reading() as connection:
            return connection.execute(select(keys.c.id).where(keys.c.revoked_at.is_(None)).limit(1)).first() is not None

    def page(self, after: int = 0, limit: int = 100) -> list[ApiKey]:
        """Keys, revoked ones too, in the order in which they were made."""
        query = select(keys).where(keys.c.id > after).order_by(keys.c.id).limit(limit)
        with self._database.reading() as connection:
            return [_key(row) for row in connection.execute(query)]

    def revoke(self, prefix: str, now: float) -> bool:
        """End a key; False where there is none with this prefix that had not ended."""
        mine = and_(keys.c.prefix == prefix, keys.c.revoked_at.is_(None))
        with self._database.writing() as connection:
            return bool(connection.execute(update(keys).where(mine).values(revoked_at=now)).rowcount)


def _key(row: Row[Any]) -> ApiKey:
    scopes = tuple(row.scopes.split())
    return ApiKey(row.prefix, bytes(row.digest), row.account, scopes, row.note, row.created_at, row.revoked_at, row.id)

"""Answers that were given to requests with an Idempotency-Key, kept for a day."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import and_, delete, or_, select
from sqlalchemy.dialects import postgresql, sqlite

from unpend.store.connect import Database
from unpend.store.tables import reply

KEPT = 86_400.0
ABANDONED = 120.0
SWEPT = 100
PENDING = 0


@dataclass(frozen=True, slots=True)
class Reply:
    """What was answered. `digest` is of the request; `status` PENDING while the first one is still under way."""

    digest: bytes
    status: int = PENDING
    headers: str = "{}"
    body: bytes = b""


class Replies:
    """The kept answers of an installation."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def claim(self, account: str, key: str, digest: bytes, now: float) -> Reply | None:
        """None where this request is the first with its key (and now has it); else what is known of the first. One that was
        under way for two minutes died with its process: its repetition is a first one."""
        dialect = sqlite if self._database.sqlite else postgresql
        mine = and_(reply.c.account == account, reply.c.key == key)
        row = {
            "account": account,
            "key": key,
            "digest": digest,
            "status": PENDING,
            "headers": "{}",
            "body": b"",
            "at": now,
        }
        lost = or_(reply.c.at < now - ABANDONED, reply.c.at > now + ABANDONED)  # or the clock was set back since
        over = or_(reply.c.at < now - KEPT, and_(reply.c.status == PENDING, lost))
        with self._database.writing() as connection:
            connection.execute(delete(reply).where(and_(mine, over)))
            first = dialect.insert(reply).values(row).on_conflict_do_nothing().returning(reply.c.key)
            if connection.execute(first).first() is not None:
                return None
            held = connection.execute(select(reply).where(mine)).one()
        return Reply(bytes(held.digest), held.status, held.headers, bytes(held.body))

    def keep(self, account: str, key: str, answered: Reply, now: float) -> None:
        """Keep the answer; sweep some that are older than a day."""
        mine = and_(reply.c.account == account, reply.c.key == key)
        old = select(reply.c.account, reply.c.key).where(reply.c.at < now - KEPT).limit(SWEPT)
        values = {"status": answered.status, "headers": answered.headers, "body": answered.body}
        with self._database.writing() as connection:
            connection.execute(reply.update().where(mine).values(values))
            for row in connection.execute(old).all():
                connection.execute(delete(reply).where(and_(reply.c.account == row[0], reply.c.key == row[1])))

    def forget(self, account: str, key: str) -> None:
        """The request failed for a reason that may pass: its repetition is a first one again."""
        with self._database.writing() as connection:
            connection.execute(delete(reply).where(and_(reply.c.account == account, reply.c.key == key)))

"""The hot statements go to SQLite's driver itself: SQLAlchemy around one costs ten times the statement."""

from __future__ import annotations

import sqlite3
from collections import deque
from collections.abc import Mapping
from typing import Any, cast

from sqlalchemy import Connection, Engine, PoolProxiedConnection
from sqlalchemy.sql.elements import TextClause
from sqlalchemy.sql.selectable import TextualSelect

Hot = TextClause | TextualSelect
KEPT = 8


class Direct:
    """Some connections for reading, kept open. Each statement sees one state of the database."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._idle: deque[PoolProxiedConnection] = deque()

    def rows(self, statement: Hot, given: Mapping[str, Any]) -> list[tuple[Any, ...]]:
        """What it returns; any thread may ask."""
        try:
            held = self._idle.pop()
        except IndexError:
            held = self._engine.raw_connection()
        try:
            found = cast(sqlite3.Connection, held.driver_connection).execute(text_of(statement), given).fetchall()
        except BaseException:
            held.close()
            raise
        if len(self._idle) < KEPT:
            self._idle.append(held)
        else:
            held.close()
        return found

    def close(self) -> None:
        """Give them back."""
        while self._idle:
            self._idle.pop().close()


def run(connection: Connection, statement: Hot, given: Mapping[str, Any]) -> list[tuple[Any, ...]]:
    """A hot statement in a transaction; what it returns, if it returns anything."""
    if connection.dialect.name == "sqlite":
        return driver_of(connection).execute(text_of(statement), given).fetchall()
    result = connection.execute(statement, given)
    return [tuple(row) for row in result] if result.returns_rows else []


def driver_of(connection: Connection) -> sqlite3.Connection:
    """SQLite's own connection under SQLAlchemy's."""
    return cast(sqlite3.Connection, connection.connection.driver_connection)


def text_of(statement: Hot) -> str:
    """Its text; both know parameters as `:name`."""
    clause = statement if isinstance(statement, TextClause) else cast(TextClause, statement.element)
    return clause.text

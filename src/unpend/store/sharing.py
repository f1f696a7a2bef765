"""One transaction of SQLite for what several callers write one after the other: one sync of the disk for all of them.

Each caller's part is a savepoint, so that what one of them is refused undoes nothing of the others. Nobody may be told of
success before the whole is committed.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError, IntegrityError

from unpend.store.direct import driver_of


class Sharing:
    """The transaction of one thread, begun by its first part. It ends by `commit` or by `give_up`."""

    def __init__(self, engine: Engine, writer: threading.Lock) -> None:
        self._engine = engine
        self._writer = writer
        self._refused: Exception | None = None
        self.connection: Connection | None = None

    @property
    def broken(self) -> bool:
        """Whether what was written cannot be kept: the database failed in the midst of it."""
        return self.connection is not None and self._refused is not None

    @contextmanager
    def part(self) -> Iterator[Connection]:
        """What one caller writes: all of it or nothing."""
        connection = self._begun()
        driver = driver_of(connection)
        try:
            driver.execute("SAVEPOINT part")
            yield connection
            driver.execute("RELEASE part")
        except BaseException as error:
            self._undo(driver, error)
            raise

    def commit(self) -> None:
        """Write it to the disk."""
        if self.connection is not None:
            driver_of(self.connection).execute("COMMIT")
            self._end(self.connection)

    def give_up(self) -> None:
        """Nothing of it was."""
        if self.connection is None:
            return
        driver = driver_of(self.connection)
        try:
            if driver.in_transaction:
                driver.execute("ROLLBACK")
        finally:
            self._end(self.connection)

    def _begun(self) -> Connection:
        """Where it could not begin, or broke, no later part waits or fails for the same in its own way."""
        if self._refused is not None:
            raise self._refused
        if self.connection is None:
            self._writer.acquire()
            try:
                made = self._engine.connect()
                driver_of(made).execute("BEGIN IMMEDIATE")
            except BaseException as error:
                self._writer.release()
                self._refused = error if isinstance(error, Exception) else None
                raise
            self.connection = made
        return self.connection

    def _undo(self, driver: sqlite3.Connection, error: BaseException) -> None:
        """A full disk has SQLite roll back everything by itself; whatever the database failed at, the whole is given up."""
        if _failed(error) or not driver.in_transaction:
            self._refused = error if isinstance(error, Exception) else sqlite3.OperationalError("interrupted")
            return
        try:
            driver.execute("ROLLBACK TO part")
            driver.execute("RELEASE part")
        except sqlite3.Error as trouble:
            self._refused = trouble

    def _end(self, connection: Connection) -> None:
        self.connection = None
        try:
            connection.close()
        finally:
            self._writer.release()


def _failed(error: BaseException) -> bool:
    """A broken constraint is an answer; every other error of the database is not."""
    answer = isinstance(error, IntegrityError | sqlite3.IntegrityError)
    return isinstance(error, DBAPIError | sqlite3.Error) and not answer

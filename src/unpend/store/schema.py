"""Bringing a database to the shape that this version of unpend needs."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Connection, inspect, text

from unpend.model.errors import StoreError
from unpend.model.text import Text
from unpend.store.connect import Database

HEAD = "0001"
MIGRATIONS = Path(__file__).parent / "migrations"
LOCK = 7_285_063  # any number that nobody else uses: two processes that start at once migrate one after the other
TOO_NEW = Text(
    en="The database was made by a newer unpend (its schema is {found}, this one knows {known}).",
    ja="データベースはより新しい unpend で作成されています（スキーマ {found}、この版が扱えるのは {known}）。",
)
UPDATE_UNPEND = Text(
    en="Update unpend, or restore the backup that was made before the update.",
    ja="unpend を更新するか、更新前のバックアップを復元してください。",
)

DANGLING = Text(
    en="The migration would leave rows that refer to nothing. It was taken back; please report it.",
    ja="マイグレーションを行うと参照先のない行が残るため、元に戻しました。お手数ですが不具合としてご報告ください。",
)


def bring_up(database: Database) -> bool:
    """Migrate in one transaction, whether the database is empty or old; True where anything was done.

    Who is killed in the middle has changed nothing.
    """
    with database.reading() as connection:
        found = _revision(connection)
    if found == HEAD:
        return False
    if found is not None and found > HEAD:
        raise StoreError(TOO_NEW.fill(found=found, known=HEAD), UPDATE_UNPEND)
    with _alone(database) as connection:
        if _revision(connection) != HEAD:
            _migrate(connection)
    return True


@contextmanager
def _alone(database: Database) -> Iterator[Connection]:
    """One transaction, with no other migration beside it."""
    if database.sqlite:
        with _without_keys(database) as connection:
            yield connection
        return
    with database.writing() as connection:
        connection.execute(text("SELECT pg_advisory_xact_lock(:number)"), {"number": LOCK})
        yield connection


@contextmanager
def _without_keys(database: Database) -> Iterator[Connection]:
    """SQLite changes a table by building it anew. To drop the old one would take all rows along that refer to it, so the
    references are off meanwhile (which has to be said outside the transaction), and looked at before the commit."""
    with database.reading() as connection:
        connection.exec_driver_sql("PRAGMA foreign_keys=OFF")
        try:
            connection.exec_driver_sql("BEGIN IMMEDIATE")
            try:
                yield connection
                if connection.exec_driver_sql("PRAGMA foreign_key_check").first() is not None:
                    raise StoreError(DANGLING)
            except BaseException:
                connection.exec_driver_sql("ROLLBACK")
                raise
            connection.exec_driver_sql("COMMIT")
        finally:
            connection.exec_driver_sql("PRAGMA foreign_keys=ON")


def _revision(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    return connection.execute(text("SELECT version_num FROM alembic_version")).scalar()


def _migrate(connection: Connection) -> None:
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    command.upgrade(config, HEAD)

"""Copies of a SQLite database while it is in use. PostgreSQL has tools of its own (pg_dump, base backups)."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from pathlib import Path

from sqlalchemy import text

from unpend.model.errors import RefusedError, StoreError, UsageError
from unpend.model.text import Text
from unpend.store.connect import Database
from unpend.store.lock import only_worker
from unpend.store.restoring import DATABASE, SECRET, prepared, take_place

ONLY_SQLITE = Text(
    en="`unpend db backup` and `restore` are for SQLite.", ja="`unpend db backup` と `restore` は SQLite 用です。"
)
USE_PG_DUMP = Text(en="For PostgreSQL use pg_dump.", ja="PostgreSQL では pg_dump を使ってください。")
IN_THE_WAY = Text(en="{path} exists already.", ja="{path} は既に存在します。")
ANOTHER_NAME = Text(en="Give another name.", ja="別の名前を指定してください。")
NOT_WRITTEN = Text(en="{path} cannot be written: {why}.", ja="{path} を書き込めません: {why}")
NOT_SOUND = Text(
    en="{path} is not a sound database of unpend: {why}.",
    ja="{path} は unpend の正常なデータベースではありません: {why}",
)


def back_up(database: Database, path: Path) -> None:
    """A whole, compact copy of one moment (VACUUM INTO); the installation's secret goes beside it."""
    _sqlite_only(database)
    if path.exists():
        raise UsageError(IN_THE_WAY.fill(path=path), ANOTHER_NAME)
    with database.reading() as connection:
        connection.execute(text("VACUUM INTO :path"), {"path": str(path)})
    path.chmod(0o600)
    secret = Path(f"{database.url.database}.secret")
    if secret.exists():
        _copy(secret, Path(f"{path}.secret"))


def restore(database: Database, path: Path) -> None:
    """Put a backup in the database's place, with its secret, whole or not at all: whenever it is killed. Refused while
    anybody works on it."""
    _sqlite_only(database)
    _sound(path)
    target = Path(str(database.url.database))
    with only_worker(database):
        database.close()
        folder = prepared(target)
        _copy(path, folder / DATABASE)
        secret = Path(f"{path}.secret")
        if secret.exists():
            _copy(secret, folder / SECRET)
        take_place(target)


def _sqlite_only(database: Database) -> None:
    if not database.sqlite:
        raise UsageError(ONLY_SQLITE, USE_PG_DUMP)


def _sound(path: Path) -> None:
    try:
        with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as connection:
            told = connection.execute("PRAGMA integrity_check").fetchone()[0]
            connection.execute("SELECT version_num FROM alembic_version").fetchone()
    except sqlite3.Error as error:
        raise UsageError(NOT_SOUND.fill(path=path, why=error)) from None
    if told != "ok":
        raise RefusedError(NOT_SOUND.fill(path=path, why=told))


def _copy(source: Path, target: Path) -> None:
    """For its owner alone, and on the disk before anybody relies on it."""
    try:
        handle = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "wb") as written, source.open("rb") as read:
            while chunk := read.read(1 << 20):
                written.write(chunk)
            written.flush()
            os.fsync(written.fileno())
    except OSError as error:
        raise StoreError(NOT_WRITTEN.fill(path=target, why=error.strerror or error)) from error

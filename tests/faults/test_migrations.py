"""kill -9 in the middle of a migration and of a first start: the next start does it again, and the rows are there."""

from __future__ import annotations

import asyncio
import shutil
import signal
import sqlite3
import time
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.engine import make_url
from tests.databases import fresh_database
from tests.faults.killing import Victims, rounds, seeded, victims

from unpend.engine.opening import open_installation
from unpend.model.identity import IdentityKey, MailFrom
from unpend.store import schema
from unpend.store.connect import Database

IDENTITIES = 200
# What a later version may well do: another shape of the table that everything refers to, an index, new values.
FUTURE = """
import sqlalchemy as sa
from alembic import op

revision, down_revision, branch_labels, depends_on = "0002", "0001", None, None


def upgrade():
    with op.batch_alter_table("identity", recreate="always" if op.get_bind().dialect.name == "sqlite" else "auto") as table:
        table.add_column(sa.Column("note", sa.Text(), nullable=False, server_default=""))
        table.create_index("identity_note", ["note"])
    op.execute("UPDATE identity SET note = name")
    op.create_table("later", sa.Column("id", sa.Integer(), primary_key=True))
    op.execute("INSERT INTO later SELECT id FROM identity")
    op.drop_index("identity_note", "identity")
"""
TABLES = ("identity", "schedule", "transition", "event")


def filled(url: str) -> None:
    made = open_installation(url)
    for number in range(IDENTITIES):
        key = IdentityKey("1", "us-east-1", f"d{number}.example.com")
        made.identities.create(key)
        if number % 4 == 0:
            made.identities.set_mail_from(key, MailFrom(f"mail.{key.name}."))
    made.close()


def shape(url: str) -> tuple[Any, ...]:
    """The revision, whether the new column and table are there, and how many rows each table has."""
    database = Database(url)
    with database.reading() as connection:
        revision = connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one()
        columns = set(connection.execute(text("SELECT * FROM identity LIMIT 1")).keys())
        counts = [connection.execute(text(f"SELECT count(*) FROM {table}")).scalar_one() for table in TABLES]
        wrong = (
            connection.execute(text("SELECT count(*) FROM identity WHERE note <> name")).scalar_one()
            if "note" in columns
            else 0
        )
    database.close()
    return revision, "note" in columns, wrong, *counts


ROWS = (IDENTITIES, IDENTITIES, IDENTITIES // 4, IDENTITIES + IDENTITIES // 4)
BEFORE, AFTER = ("0001", False, 0, *ROWS), ("0002", True, 0, *ROWS)


@pytest.fixture
def future(tmp_path: Path) -> Path:
    """A folder where unpend is one migration further than today."""
    shutil.copytree(schema.MIGRATIONS, tmp_path / "migrations", ignore=shutil.ignore_patterns("__pycache__"))
    (tmp_path / "migrations" / "versions" / "v0002_later.py").write_text(FUTURE)
    return tmp_path


async def took(parent: Victims, folder: Path, *words: str) -> float:
    """How long one run takes that nobody kills."""
    began = asyncio.get_running_loop().time()
    assert await parent.finish(folder, *words) == 0, (folder / "said").read_text()
    return asyncio.get_running_loop().time() - began


async def test_a_killed_migration_has_changed_nothing_and_is_done_again(future: Path) -> None:
    chance, url = seeded(), f"sqlite:///{future}/unpend.db"
    filled(url)
    shutil.copy(future / "unpend.db", future / "before.db")
    upgrade = ("db", "upgrade", "--database", url)
    async with victims() as parent:
        whole = await took(parent, future, *upgrade)
        assert shape(url) == AFTER
        for _ in range(rounds("upgrade")):
            for each in ("unpend.db-wal", "unpend.db-shm"):
                (future / each).unlink(missing_ok=True)
            shutil.copy(future / "before.db", future / "unpend.db")
            number = await parent.run(future, *upgrade)
            await asyncio.sleep(chance.uniform(0.2, 1.1) * whole)
            await parent.kill(number)
            with closing(sqlite3.connect(future / "unpend.db")) as connection:
                assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
                assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
            assert shape(url) in (BEFORE, AFTER)
            assert await parent.finish(future, *upgrade) == 0, (future / "said").read_text()
            assert shape(url) == AFTER


async def test_the_same_on_postgres(future: Path, postgres: str) -> None:
    chance, url = seeded(), fresh_database(postgres)
    filled(url)
    name = make_url(url).database
    async with victims("postgres") as parent:
        whole = 0.0
        for _ in range(max(3, rounds("upgrade") // 5)):
            copy = fresh_database(postgres, template=str(name))
            upgrade = ("db", "upgrade", "--database", copy)
            if not whole:
                whole = await took(parent, future, *upgrade)
                assert shape(copy) == AFTER
                continue
            number = await parent.run(future, *upgrade)
            await asyncio.sleep(chance.uniform(0.2, 1.1) * whole)
            await parent.kill(number, signal.SIGKILL)
            assert shape(copy) in (BEFORE, AFTER)
            assert await parent.finish(future, *upgrade) == 0, (future / "said").read_text()
            assert shape(copy) == AFTER


async def test_a_killed_first_start_is_begun_again(tmp_path: Path) -> None:
    """The database, its tables, the installation's secret: each of them whole or not there."""
    chance = seeded()
    flags = ("--resolver", "127.0.0.1:9", "--log-level", "error")
    async with victims("worker") as parent:
        for turn in range(rounds("first")):
            folder = tmp_path / str(turn)
            folder.mkdir()
            words = ("worker", "--database", f"sqlite:///{folder}/unpend.db", *flags)
            number = await parent.run(folder, *words)
            if chance.random() < 0.5:
                await asyncio.sleep(chance.uniform(0, 0.25))
            else:
                made(folder / chance.choice(("unpend.db", "unpend.db-wal", "unpend.db.secret", "unpend.db.lock")))
            await parent.kill(number)
            opened = open_installation(f"sqlite:///{folder}/unpend.db")
            opened.identities.create(IdentityKey("1", "us-east-1", "d.example.com"))
            opened.close()
            said = folder / "said"
            assert not said.exists() or "Traceback" not in said.read_text()


def made(path: Path) -> None:
    """The very moment when this file appears."""
    ends = time.monotonic() + 60
    while not path.exists():
        assert time.monotonic() < ends

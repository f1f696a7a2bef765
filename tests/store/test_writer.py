"""What is written together: each has its own answer, and none before it is on the disk."""

from __future__ import annotations

import asyncio
import sqlite3
import subprocess
import sys
import threading
from functools import partial
from pathlib import Path

from unpend.engine.opening import Installation, open_installation
from unpend.model.errors import IdentityExistsError
from unpend.model.identity import Identity, IdentityKey

ROOT = Path(__file__).parents[2]


def key(n: int) -> IdentityKey:
    return IdentityKey("1", "us-east-1", f"d{n}.example")


async def behind_another(made: Installation, *numbers: int) -> list[Identity | BaseException]:
    """Creations that all wait while another thread writes, and so go to the disk together."""
    held, go = threading.Event(), threading.Event()

    def other() -> None:
        with made.database.writing():
            held.set()
            go.wait(30)

    thread = threading.Thread(target=other)
    thread.start()
    assert held.wait(30)
    calls = [made.database.writer.run(partial(made.identities.create, key(n))) for n in numbers]
    waiting = [asyncio.ensure_future(call) for call in calls]
    await asyncio.sleep(0)
    go.set()
    told = await asyncio.gather(*waiting, return_exceptions=True)
    thread.join()
    return told


async def test_what_one_is_refused_takes_nothing_from_the_others(tmp_path: Path) -> None:
    made = open_installation(f"sqlite:///{tmp_path}/unpend.db")
    told = await behind_another(made, 1, 2, 1, 3)
    assert [type(each) for each in told] == [Identity, Identity, IdentityExistsError, Identity]
    with sqlite3.connect(tmp_path / "unpend.db") as seen:
        for table in ("identity", "schedule", "event"):
            assert seen.execute(f"SELECT count(*) FROM {table}").fetchone() == (3,)
    made.close()


FILLING = """
import asyncio, resource, sys
from functools import partial
from unpend.engine.opening import open_installation
from unpend.model.errors import StoreError
from unpend.model.identity import IdentityKey
made = open_installation(sys.argv[1])
resource.setrlimit(resource.RLIMIT_FSIZE, (2_000_000, 2_000_000))
async def fill():
    for n in range(60):
        keys = [IdentityKey("1", "us-east-1", f"{n}.{m}.example") for m in range(50)]
        calls = [made.database.writer.run(partial(made.identities.create, key)) for key in keys]
        for told in await asyncio.gather(*calls, return_exceptions=True):
            assert not isinstance(told, Exception) or isinstance(told, StoreError), repr(told)
            print(told.message.of("en")[:17] if isinstance(told, Exception) else told.key.name)
asyncio.run(fill())
"""


def test_a_full_disk_is_said_to_those_whom_it_concerns(tmp_path: Path) -> None:
    """Whoever was told of success is there after it, and nobody else."""
    url = f"sqlite:///{tmp_path}/unpend.db"
    done = subprocess.run(
        [sys.executable, "-c", FILLING, url], capture_output=True, text=True, timeout=120, cwd=ROOT, check=False
    )
    assert done.returncode == 0, done.stderr
    told = done.stdout.splitlines()
    assert "The disk is full:" in told
    with sqlite3.connect(tmp_path / "unpend.db") as seen:
        assert seen.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert {name for (name,) in seen.execute("SELECT name FROM identity")} == set(told) - {"The disk is full:"}
        assert seen.execute("SELECT count(*) FROM event").fetchone() == (len(set(told)) - 1,)

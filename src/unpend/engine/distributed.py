"""The engine on many machines: Procrastinate hands out "go and look at these shards", PostgreSQL holds everything else.

A job is a hint. One that is lost or done twice costs DNS questions, never a state: what is due is in `schedule`, and
its `rev` lets one alone answer it. Hence: no job for an identity, none for later, none tried again.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import random
from collections.abc import Awaitable, Callable, Sequence
from time import monotonic
from typing import Any

from procrastinate import App, PsycopgConnector
from procrastinate.exceptions import AlreadyEnqueued, ConnectorException
from procrastinate.jobs import Status
from procrastinate.types import JSONDict, JSONValue
from sqlalchemy import inspect, text
from sqlalchemy.engine import URL

from unpend.engine.local import Shard, fairly
from unpend.engine.works import Works
from unpend.model.errors import UnpendError
from unpend.store.connect import Database

TICK = 1.0
CONCURRENCY = 32
MOST_WAITING = 64
HEARTBEAT = 5.0
STALLED = 20.0
PATIENCE = 30.0
LOOK, DIAGNOSE = "look", "diagnose"
WIDTH = {LOOK: 16, DIAGNOSE: 1}  # shards a job: a job costs as much as many looks, and a shard may have few to do
SCHEMA_LOCK = 7_285_064
log = logging.getLogger(__name__)


class DistributedEngine:
    """One worker of any number. `stalled` is how long a worker may be silent before its jobs are thrown away."""

    def __init__(
        self, works: Works, *, tick: float = TICK, heartbeat: float = HEARTBEAT, stalled: float = STALLED
    ) -> None:
        self.works = works
        self.trouble: UnpendError | None = None
        self._tick = tick
        self._heartbeat = heartbeat
        self._stalled = stalled
        self._stopping = asyncio.Event()
        self._app = App(connector=PsycopgConnector(conninfo=_plain(works.store.database.url), min_size=1, max_size=6))
        self._app.task(name=LOOK, queue=LOOK)(self._guarded(works.look))
        self._app.task(name=DIAGNOSE, queue=DIAGNOSE)(self._guarded(works.diagnose))

    def stop(self) -> None:
        """Begin nothing new."""
        self._stopping.set()

    async def run(self) -> None:
        """Work, tick and reap until stopped; jobs under way are finished."""
        await self.works.thread(bring_up_jobs, self.works.store.database)
        async with self._app.open_async():
            sides = [asyncio.create_task(self._repeated(work)) for work in (self._ticked, self._reaped)]
            workers = [
                asyncio.create_task(self._working(queue, n)) for queue, n in ((LOOK, CONCURRENCY), (DIAGNOSE, 3))
            ]
            stopped = asyncio.create_task(self._stopping.wait())
            await asyncio.wait({stopped, *workers, *sides}, return_when=asyncio.FIRST_COMPLETED)
            for task in (stopped, *sides, *workers):
                task.cancel()
            ended = await asyncio.gather(*sides, *workers, return_exceptions=True)
        for each in ended:
            if isinstance(each, Exception):
                raise each

    async def _working(self, queue: str, concurrency: int) -> None:
        """Take jobs, and begin again where the database was away: its restart ends no worker."""
        while True:
            try:
                await self._taking(queue, concurrency)
            except (ConnectorException, OSError) as error:
                log.error("the database is away: %s", error)
            await asyncio.sleep(self._tick)

    async def _taking(self, queue: str, concurrency: int) -> None:
        await self._app.run_worker_async(
            queues=[queue],
            concurrency=concurrency,
            install_signal_handlers=False,
            delete_jobs="always",
            fetch_job_polling_interval=self._tick,
            update_heartbeat_interval=self._heartbeat,
            stalled_worker_timeout=self._stalled,
            shutdown_graceful_timeout=PATIENCE,
        )

    def _guarded(self, work: Callable[[Sequence[int]], Awaitable[int]]) -> Callable[[Sequence[int]], Awaitable[None]]:
        async def guarded(shards: Sequence[int]) -> None:
            try:
                await work(shards)
                self.trouble = None
            except UnpendError as error:
                self.trouble = error
                log.error("shards %s are left for later: %s", shards, error)

        return guarded

    async def _repeated(self, work: Callable[[], Awaitable[None]]) -> None:
        """Again and again, whatever the database does meanwhile."""
        while True:
            started = monotonic()
            try:
                await work()
            except (UnpendError, ConnectorException) as error:
                log.error("the database is away: %s", error)
            await asyncio.sleep(max(0.01, self._tick * random.uniform(0.8, 1.2) - (monotonic() - started)))

    # --- the tick: what is due becomes jobs ---------------------------------------------------------------------

    async def _ticked(self) -> None:
        for kind, ask in ((LOOK, self.works.due_shards), (DIAGNOSE, self.works.owed_shards)):
            if due := await ask():
                await self._hand_out(kind, due)

    async def _hand_out(self, kind: str, due: list[Shard]) -> None:
        """A few jobs at a time, in fair order: a shard is in one job at most that waits, and in one that runs."""
        waiting = await self.works.thread(self._waiting, kind)
        parts: dict[str, list[JSONValue]] = {}
        for shard, _ in fairly(due):
            parts.setdefault(f"{kind}:{shard // WIDTH[kind]}", []).append(shard)
        for name in [each for each in parts if each not in waiting][: MOST_WAITING - len(waiting)]:
            with contextlib.suppress(AlreadyEnqueued):
                told: JSONDict = {"shards": parts[name]}
                await self._app.configure_task(kind, lock=name, queueing_lock=name).defer_async(**told)

    def _waiting(self, kind: str) -> frozenset[str]:
        query = text("SELECT queueing_lock FROM procrastinate_jobs WHERE status = 'todo' AND queue_name = :kind")
        with self.works.store.database.reading() as connection:
            return frozenset(connection.execute(query, {"kind": kind}).scalars())

    # --- the reaper: the jobs of the dead -----------------------------------------------------------------------

    async def _reaped(self) -> None:
        """Jobs of workers that are gone are thrown away, never tried again: a job that waits behind the same lock would
        make that impossible for ever. The next tick makes what is still due."""
        manager = self._app.job_manager
        for job in await manager.get_stalled_jobs(seconds_since_heartbeat=self._stalled):
            try:
                await manager.finish_job(job, Status.FAILED, delete_job=True)
            except ConnectorException:
                log.debug("job %s had another reaper, or its worker woke up", job.id)


def bring_up_jobs(database: Database) -> None:
    """Procrastinate's own tables, once."""
    with database.writing() as connection:
        connection.execute(text("SELECT pg_advisory_xact_lock(:number)"), {"number": SCHEMA_LOCK})
        if not inspect(connection).has_table("procrastinate_jobs"):
            from procrastinate.schema import SchemaManager

            driver: Any = connection.connection.cursor()
            driver.execute(SchemaManager.get_schema())


def _plain(url: URL) -> str:
    return url.set(drivername="postgresql").render_as_string(hide_password=False)

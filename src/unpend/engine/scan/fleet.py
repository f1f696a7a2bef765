"""One scan on many machines, seen from the one that reads the input and writes the result.

Only a bounded number of segments is in the database at a time, whatever the length of the input; results are taken out
as they come. It has the same `judged` as the processes of one machine, so that journal and resuming are the same.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Callable, Iterable, Iterator
from types import TracebackType
from typing import Any

import msgspec
from procrastinate.exceptions import AlreadyEnqueued, ConnectorException
from procrastinate.jobs import Status

from unpend.engine.scan import tables
from unpend.engine.scan.rows import Segment
from unpend.engine.scan.settings import ScanSettings
from unpend.model.errors import UsageError
from unpend.model.text import Text

MOST = 128
PAUSE = 0.2
REPAIR = 10.0
STALLED = 10.0
NO_WORKER = Text(
    en="No worker is there yet: start `unpend scan --work URL` on any machine that reaches the database.",
    ja="ワーカーがまだありません。データベースに接続できるマシンで `unpend scan --work URL` を起動してください。",
)


class Fleet:
    """`with Fleet(url, scan, settings) as fleet: fleet.judged(segments)`. `scan` is the same when the scan goes on."""

    def __init__(
        self, url: str, scan: str, settings: ScanSettings, tell: Callable[[Text], None], stalled: float = STALLED
    ) -> None:
        self._app = tables.app_of(url)
        self._scan = scan
        self._settings = settings
        self._stalled = stalled
        self._tell = tell
        self._told = False
        self._runner = asyncio.Runner()
        self._repaired_at = time.monotonic()

    def __enter__(self) -> Fleet:
        try:
            self._run(self._open())
        except UsageError:
            self._runner.close()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with contextlib.suppress(UsageError):
            self._run(self._ask(tables.END))
            self._run(self._app.close_async())
        self._runner.close()

    def _run(self, work: Any) -> Any:
        try:
            return self._runner.run(work)
        except ConnectorException as error:
            why = (str(error.__cause__ or error).splitlines() or ["?"])[0]
            raise UsageError(tables.NO_DATABASE.fill(why=why)) from None

    async def _open(self) -> None:
        await self._app.open_async()
        await tables.bring_up(self._app)
        await self._ask(tables.END)
        await self._ask(tables.BEGIN, settings=msgspec.json.encode(self._settings))

    async def _ask(self, statement: str, **more: Any) -> None:
        await self._app.connector.execute_query_async(statement, scan=self._scan, **more)

    def judged(
        self, segments: Iterable[Segment], tick: Callable[[], None] = lambda: None
    ) -> Iterator[tuple[Segment, bytes]]:
        """Each segment with its results, as workers anywhere get them done."""
        source = iter(segments)
        under_way: dict[int, Segment] = {}
        coming = next(source, None)
        while coming or under_way:
            while coming and len(under_way) < MOST:
                under_way[coming.number] = coming
                self._run(self._put(coming))
                coming = next(source, None)
            results = self._run(self._taken())
            for number, result in results:
                if segment := under_way.pop(number, None):
                    yield segment, result
            self._repair_now_and_then()
            tick()
            if not results:
                time.sleep(PAUSE)

    async def _put(self, segment: Segment) -> None:
        await self._ask(tables.PUT, number=segment.number, data=segment.data)
        await self._defer(segment.number)

    async def _defer(self, number: int) -> None:
        lock = tables.lock_of(self._scan, number)
        with contextlib.suppress(AlreadyEnqueued):
            job = self._app.configure_task(tables.TASK, queue=tables.QUEUE, queueing_lock=lock, allow_unknown=True)
            await job.defer_async(scan=self._scan, number=number)

    async def _taken(self) -> list[tuple[int, bytes]]:
        rows = await self._app.connector.execute_query_all_async(tables.TAKE, scan=self._scan)
        return [(row["number"], bytes(row["result"])) for row in rows]

    def _repair_now_and_then(self) -> None:
        if time.monotonic() - self._repaired_at > min(REPAIR, self._stalled):
            self._repaired_at = time.monotonic()
            self._run(self._repair())

    async def _repair(self) -> None:
        """Jobs of workers that are gone are thrown away; what then has no job gets a new one."""
        manager = self._app.job_manager
        for job in await manager.get_stalled_jobs(queue=tables.QUEUE, seconds_since_heartbeat=self._stalled):
            with contextlib.suppress(ConnectorException):
                await manager.finish_job(job, Status.FAILED, delete_job=True)
        there = await self._app.connector.execute_query_one_async(tables.WORKERS, seconds=self._stalled)
        if not there["there"] and not self._told:
            self._told = True
            self._tell(NO_WORKER)
        for row in await self._app.connector.execute_query_all_async(tables.ORPHANS, scan=self._scan):
            await self._defer(row["number"])

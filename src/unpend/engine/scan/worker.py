"""A worker of scans on many machines: takes segments from PostgreSQL, judges them with all cores, puts results back."""

from __future__ import annotations

import asyncio
import signal
from contextlib import suppress
from queue import Empty, SimpleQueue
from threading import Event, Thread

import msgspec
from procrastinate import App
from procrastinate.exceptions import ConnectorException

from unpend.engine.scan import tables
from unpend.engine.scan.crew import Crew
from unpend.engine.scan.rows import Place, Segment
from unpend.engine.scan.settings import ScanSettings
from unpend.model.errors import UsageError

POLL = 1.0
HEARTBEAT = 3.0
STALLED = 10.0
PATIENCE = 0.05
GRACE = 20.0


class Bench:
    """The crew of this machine in a thread of its own; one for the settings of one scan at a time."""

    def __init__(self, processes: int) -> None:
        self._processes = processes
        self._queue: SimpleQueue[tuple[ScanSettings, bytes, asyncio.Future[bytes]]] = SimpleQueue()
        self._ended = Event()
        self._loop = asyncio.get_running_loop()
        self._thread = Thread(target=self._run, daemon=True)
        self._thread.start()

    async def judged(self, settings: ScanSettings, data: bytes) -> bytes:
        """The results of a segment."""
        future: asyncio.Future[bytes] = self._loop.create_future()
        self._queue.put((settings, data, future))
        return await future

    def close(self) -> None:
        """Stop the processes."""
        self._ended.set()
        self._thread.join(10)

    def _run(self) -> None:
        held = None
        while not self._ended.is_set():
            try:
                held = held or self._queue.get(timeout=0.2)
            except Empty:
                continue
            held = self._with_crew(held)

    def _with_crew(
        self, held: tuple[ScanSettings, bytes, asyncio.Future[bytes]]
    ) -> tuple[ScanSettings, bytes, asyncio.Future[bytes]] | None:
        """All that comes with these settings; what comes with others is handed back once the crew is through."""
        settings = held[0]
        futures: dict[int, asyncio.Future[bytes]] = {}
        coming: tuple[ScanSettings, bytes, asyncio.Future[bytes]] | None = held
        number = 0
        with Crew(settings, self._processes) as crew:
            while not self._ended.is_set():
                if coming and coming[0] == settings:
                    segment = Segment(number, len(msgspec.json.decode(coming[1])), coming[1], Place())
                    if crew.may_start(segment):
                        crew.start(segment)
                        futures[number], number, coming = coming[2], number + 1, None
                elif coming and not futures:
                    return coming
                for done, data in crew.heard(PATIENCE):
                    self._loop.call_soon_threadsafe(_settled, futures.pop(done.number), data)
                with suppress(Empty):
                    coming = coming or self._queue.get_nowait()
        return None


def _settled(future: asyncio.Future[bytes], data: bytes) -> None:
    if not future.done():
        future.set_result(data)


async def work(url: str, processes: int, *, at_once: int = 8) -> None:
    """Until stopped by Ctrl-C or SIGTERM; segments under way are finished first."""
    app = tables.app_of(url)
    bench = Bench(processes)

    @app.task(name=tables.TASK, queue=tables.QUEUE)
    async def judge(scan: str, number: int) -> None:
        rows = await app.connector.execute_query_all_async(tables.WORK, scan=scan, number=number)
        if rows:
            settings = msgspec.json.decode(bytes(rows[0]["settings"]), type=ScanSettings)
            result = await bench.judged(settings, bytes(rows[0]["data"]))
            await app.connector.execute_query_async(tables.DONE, scan=scan, number=number, result=result)

    try:
        async with app.open_async():
            await tables.bring_up(app)
            await _until_stopped(app, at_once)
    except ConnectorException as error:
        raise UsageError(
            tables.NO_DATABASE.fill(why=(str(error.__cause__ or error).splitlines() or ["?"])[0])
        ) from None
    finally:
        await asyncio.to_thread(bench.close)


async def _until_stopped(app: App, at_once: int) -> None:
    working = asyncio.create_task(
        app.run_worker_async(
            queues=[tables.QUEUE],
            concurrency=at_once,
            install_signal_handlers=False,
            delete_jobs="always",
            fetch_job_polling_interval=POLL,
            update_heartbeat_interval=HEARTBEAT,
            stalled_worker_timeout=STALLED,
            shutdown_graceful_timeout=GRACE,
        )
    )
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, working.cancel)
    with suppress(asyncio.CancelledError):
        await working

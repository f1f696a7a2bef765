"""What the processes of a scan do: `look` is the fast look, `diagnose` the whole diagnosis. Ctrl-C is for the one above.

Two kinds, because they do not bear each other: the fast look fills a core, and a diagnosis that waits for the core
takes a late answer for none.
"""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable
from multiprocessing.connection import Connection
from queue import SimpleQueue
from threading import Thread
from typing import Any

from unpend.engine.scan.express import subject
from unpend.engine.scan.fast import Feed, Looked
from unpend.engine.scan.judge import Judge
from unpend.engine.scan.settings import ScanSettings
from unpend.engine.scan.stages import Stage, stages
from unpend.observer.bulk import look_up, look_up_in_batches
from unpend.observer.bulk.garbage import collect_rarely
from unpend.observer.session import Session

FURTHER = 4096


class Outbox:
    """Sends from a thread of its own: whoever reads the pipe may just be writing to it."""

    def __init__(self, pipe: Connection) -> None:
        self._pipe = pipe
        self._queue: SimpleQueue[Any] = SimpleQueue()
        Thread(target=self._run, daemon=True).start()

    def put(self, message: Any) -> None:
        self._queue.put(message)

    def _run(self) -> None:
        try:
            while True:
                self._pipe.send(self._queue.get())
        except OSError:
            return


def look(pipe: Connection, settings: ScanSettings, share: int) -> None:
    """The fast look at one segment after the other, without a pause between them."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    collect_rarely()
    outbox = Outbox(pipe)

    def done(number: int, looked: Looked) -> None:
        outbox.put((number, looked))

    feed = Feed(settings, lambda: _come(pipe), done)
    try:
        while True:
            feed.add(*pipe.recv())
            look_at_all(feed, settings, share)
    except EOFError:
        return


def look_at_all(feed: Feed, settings: ScanSettings, share: int) -> None:
    """All that has come: the first stage as it comes, the further ones of what was right so far, some thousands at a time.

    Meanwhile the first only waits: it sends nothing, and reads what was answered before it counts anything as late.
    """
    first, *further = stages(settings, share)
    for batch in look_up_in_batches(feed, first.settings):
        for verdict in batch:
            feed.judged(verdict)
        if len(feed.right) >= FURTHER:
            _further(feed, further)
    _further(feed, further)


def _further(feed: Feed, further: list[Stage]) -> None:
    right = feed.taken()
    for stage in further:
        subjects = [subject(key.told, key, behind=stage.behind) for key in right]
        right = [v.key for v in look_up(subjects, stage.settings) if feed.is_right(v)]
    for key in right:
        feed.all_right(key)


def _come(pipe: Connection) -> tuple[int, bytes] | None:
    if not pipe.poll(0):
        return None
    number, data = pipe.recv()
    return number, data


def diagnose(pipe: Connection, settings: ScanSettings, share: int) -> None:
    """The whole diagnosis of what comes, many at once."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    asyncio.run(_diagnose(pipe, settings))


async def _diagnose(pipe: Connection, settings: ScanSettings) -> None:
    async with Session() as session:
        await _diagnose_all(pipe, Judge(settings, session))


async def _diagnose_all(pipe: Connection, judge: Judge) -> None:
    loop = asyncio.get_running_loop()
    ended = asyncio.Event()
    outbox = Outbox(pipe)
    tasks: set[asyncio.Task[None]] = set()

    async def work(key: Any, data: bytes) -> None:
        outbox.put((key, await judge.judged(data)))

    def settled(task: asyncio.Task[None]) -> None:
        tasks.discard(task)
        if not task.cancelled() and task.exception():
            ended.set()

    loop.add_reader(pipe.fileno(), _taking(pipe, ended, work, tasks, settled))
    await ended.wait()
    loop.remove_reader(pipe.fileno())
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


def _taking(
    pipe: Connection, ended: asyncio.Event, work: Any, tasks: set[asyncio.Task[None]], settled: Any
) -> Callable[[], None]:
    def take() -> None:
        try:
            key, data = pipe.recv()
        except (EOFError, OSError):
            ended.set()
            return
        task = asyncio.create_task(work(key, data))
        tasks.add(task)
        task.add_done_callback(settled)

    return take

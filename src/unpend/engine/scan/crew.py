"""The processes that judge: one a core, several segments in each at once, so that a slow domain holds up no other."""

from __future__ import annotations

import asyncio
import multiprocessing
import signal
from collections.abc import Callable, Iterable, Iterator
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from types import TracebackType

from unpend.engine.scan.judge import Judge
from unpend.engine.scan.rows import Segment
from unpend.engine.scan.settings import ScanSettings
from unpend.model.errors import UnpendError
from unpend.model.text import Text

AT_ONCE = 3
AHEAD = 64
PATIENCE = 0.5
DIED = Text(
    en="A process of the scan ended (exit code {code}): memory may have run out, or somebody stopped it.",
    ja="スキャンのプロセスが終了しました（終了コード {code}）。メモリ不足か、外部から停止された可能性があります。",
)
GO_ON = Text(
    en="What was done is kept: give the same command with --resume.",
    ja="完了した分は残っています。同じコマンドに --resume を付けて実行してください。",
)


class CrewError(UnpendError):
    """A process of the scan ended before its work was done."""


class Crew:
    """`with Crew(settings, processes) as crew: crew.judged(segments)`."""

    def __init__(self, settings: ScanSettings, processes: int) -> None:
        self._settings = settings
        self._count = processes
        self._members: dict[Connection, BaseProcess] = {}
        self._load: dict[Connection, int] = {}

    def __enter__(self) -> Crew:
        context = multiprocessing.get_context("spawn")
        for _ in range(self._count):
            ours, theirs = context.Pipe()
            process = context.Process(target=serve, args=(theirs, self._settings), daemon=True)
            process.start()
            theirs.close()
            self._members[ours] = process
            self._load[ours] = 0
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for pipe, process in self._members.items():
            pipe.close()
            if error is not None:
                process.terminate()
            process.join(2)
            if process.is_alive():
                process.kill()
                process.join()

    def judged(
        self, segments: Iterable[Segment], tick: Callable[[], None] = lambda: None
    ) -> Iterator[tuple[Segment, bytes]]:
        """Each segment with its results, as they get done; never more than a few segments are in memory."""
        under_way: dict[int, Segment] = {}
        source = iter(segments)
        coming = next(source, None)
        while coming or under_way:
            while coming and (pipe := self._free(coming, under_way)):
                under_way[coming.number] = coming
                self._send(pipe, coming)
                coming = next(source, None)
            for number, data in self._heard():
                yield under_way.pop(number), data
            tick()

    def _free(self, coming: Segment, under_way: dict[int, Segment]) -> Connection | None:
        """Who has the least to do; nobody while all are busy, or while one old segment holds up too many results."""
        pipe = min(self._load, key=lambda each: self._load[each])
        late = coming.number - min(under_way, default=coming.number) >= AHEAD
        return None if late or self._load[pipe] >= AT_ONCE else pipe

    def _send(self, pipe: Connection, segment: Segment) -> None:
        self._load[pipe] += 1
        try:
            pipe.send((segment.number, segment.data))
        except OSError:
            raise self._died(pipe) from None

    def _heard(self) -> Iterator[tuple[int, bytes]]:
        for pipe in wait(list(self._members), PATIENCE):
            if isinstance(pipe, Connection):
                try:
                    number, data = pipe.recv()
                except (EOFError, OSError):
                    raise self._died(pipe) from None
                self._load[pipe] -= 1
                yield number, data

    def _died(self, pipe: Connection) -> CrewError:
        process = self._members[pipe]
        process.join(2)
        return CrewError(DIED.fill(code=process.exitcode), GO_ON)


def serve(pipe: Connection, settings: ScanSettings) -> None:
    """A member of the crew: judges what comes until nothing comes any more. Ctrl-C is for the process above."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    asyncio.run(_serve(pipe, settings))


async def _serve(pipe: Connection, settings: ScanSettings) -> None:
    loop = asyncio.get_running_loop()
    ended = asyncio.Event()
    judge = Judge(settings)
    tasks: set[asyncio.Task[None]] = set()

    turn = asyncio.Lock()

    async def work(number: int, data: bytes) -> None:
        results = await judge.judged(data)
        async with turn:  # in a thread: whoever reads the pipe may just be writing to it
            await asyncio.to_thread(pipe.send, (number, results))

    def settled(task: asyncio.Task[None]) -> None:
        tasks.discard(task)
        if not task.cancelled() and task.exception():
            ended.set()

    def take() -> None:
        try:
            number, data = pipe.recv()
        except (EOFError, OSError):
            ended.set()
            return
        task = asyncio.create_task(work(number, data))
        tasks.add(task)
        task.add_done_callback(settled)

    loop.add_reader(pipe.fileno(), take)
    await ended.wait()
    loop.remove_reader(pipe.fileno())
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)

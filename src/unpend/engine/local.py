"""The engine in one process: no queue, no state of its own. What is due is in the store; this only goes and looks."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine, Iterable, Sequence
from time import monotonic

from unpend.engine.works import Works
from unpend.model.errors import UnpendError
from unpend.store.rows import LANES, SHARDS

TICK = 0.25
REST = 2.0
LOOKS_AT_ONCE = 32
DIAGNOSES_AT_ONCE = 3
log = logging.getLogger(__name__)
MOST_TOGETHER = 64
LANE = SHARDS // LANES
Shard = tuple[int, float]


class LocalEngine:
    """Runs until it is stopped. `run` returns when everything under way is committed."""

    def __init__(self, works: Works, *, tick: float = TICK) -> None:
        self.works = works
        self._tick = tick
        self._stopping = asyncio.Event()
        self._rests_until = 0.0
        self.diagnoses_at_once = DIAGNOSES_AT_ONCE
        self.trouble: UnpendError | None = None

    def stop(self) -> None:
        """Begin nothing new."""
        self._stopping.set()

    async def run(self) -> None:
        """Look and diagnose, side by side."""
        works = self.works
        await asyncio.gather(
            self._rounds(works.due_shards, works.look, LOOKS_AT_ONCE),
            self._rounds(works.owed_shards, works.diagnose, self.diagnoses_at_once),
        )

    async def _rounds(
        self,
        ask: Callable[[], Awaitable[list[Shard]]],
        work: Callable[[Sequence[int]], Coroutine[None, None, int]],
        at_once: int,
    ) -> None:
        """Start the work of some shards whenever there is room, in fair order; ask anew when all has been started."""
        if not at_once:
            return
        running: dict[asyncio.Task[int], Sequence[int]] = {}
        todo: list[Sequence[int]] = []
        while not self._stopping.is_set():
            if not todo:
                busy = {shard for shards in running.values() for shard in shards}
                todo = _parts([shard for shard in await self._due(ask) if shard not in busy], at_once)[::-1]
            while todo and len(running) < at_once:
                shards = todo.pop()
                running[asyncio.create_task(work(shards))] = shards
            await self._something(list(running), full=len(running) >= at_once)
            running = {task: shards for task, shards in running.items() if not self._over(task)}
        await asyncio.gather(*running, return_exceptions=True)

    async def _due(self, ask: Callable[[], Awaitable[list[Shard]]]) -> list[int]:
        if self.trouble is not None and monotonic() < self._rests_until:
            return []
        try:
            return [shard for shard, _ in fairly(await ask())]
        except UnpendError as error:
            self._rest(error)
            return []

    def _over(self, task: asyncio.Task[int]) -> bool:
        """Whether it has ended. Trouble with the database is waited out: what is due stays due."""
        if not task.done():
            return False
        error = task.exception()
        if isinstance(error, UnpendError):
            self._rest(error)
        elif error is not None:
            raise error
        else:
            self.trouble = None
        return True

    def _rest(self, error: UnpendError) -> None:
        if self.trouble is None:
            log.error("the engine rests: %s", error)
        self.trouble = error
        self._rests_until = monotonic() + REST

    async def _something(self, running: list[asyncio.Task[int]], *, full: bool) -> None:
        """Wait for work to end, for the stop, or, while there is room for more, for a tick."""
        stopped = asyncio.create_task(self._stopping.wait())
        limit = None if full else self._tick
        await asyncio.wait({stopped, *running}, timeout=limit, return_when=asyncio.FIRST_COMPLETED)
        stopped.cancel()


def _parts(shards: list[int], at_once: int) -> list[Sequence[int]]:
    """In as many parts as can run: few rows in each of many shards are one batch."""
    size = min(MOST_TOGETHER, -(-len(shards) // at_once)) or 1
    return [shards[start : start + size] for start in range(0, len(shards), size)]


def fairly(due: Iterable[Shard]) -> list[Shard]:
    """In turn between the lanes: each lane's oldest shard, then each lane's second …"""
    lanes: dict[int, list[Shard]] = {}
    for shard in sorted(due, key=lambda each: each[1]):
        lanes.setdefault(shard[0] // LANE, []).append(shard)
    turns = [(turn, shard[1], shard) for lane in lanes.values() for turn, shard in enumerate(lane)]
    return [shard for _, _, shard in sorted(turns)]

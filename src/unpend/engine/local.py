"""The engine in one process: no queue, no state of its own. What is due is in the store; this only goes and looks."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine, Iterable
from time import monotonic

from unpend.engine.works import Works
from unpend.model.errors import UnpendError
from unpend.store.rows import LANES, SHARDS

TICK = 0.25
REST = 2.0
LOOKS_AT_ONCE = 8
DIAGNOSES_AT_ONCE = 3
log = logging.getLogger(__name__)
LANE = SHARDS // LANES
Shard = tuple[int, float]


class LocalEngine:
    """Runs until it is stopped. `run` returns when everything under way is committed."""

    def __init__(self, works: Works, *, tick: float = TICK) -> None:
        self.works = works
        self._tick = tick
        self._stopping = asyncio.Event()
        self._rests_until = 0.0
        self.trouble: UnpendError | None = None

    def stop(self) -> None:
        """Begin nothing new."""
        self._stopping.set()

    async def run(self) -> None:
        """Look and diagnose, side by side."""
        works = self.works
        await asyncio.gather(
            self._rounds(works.due_shards, works.look, LOOKS_AT_ONCE),
            self._rounds(works.owed_shards, works.diagnose, DIAGNOSES_AT_ONCE),
        )

    async def _rounds(
        self,
        ask: Callable[[], Awaitable[list[Shard]]],
        work: Callable[[int], Coroutine[None, None, int]],
        at_once: int,
    ) -> None:
        """Start a shard's work whenever there is room: in turn between the lanes, the oldest first within a lane."""
        running: dict[int, asyncio.Task[int]] = {}
        while not self._stopping.is_set():
            for shard in await self._due(ask, running, at_once):
                running[shard] = asyncio.create_task(work(shard))
            await self._something(running)
            running = {shard: task for shard, task in running.items() if not self._over(task)}
        await asyncio.gather(*running.values(), return_exceptions=True)

    async def _due(
        self, ask: Callable[[], Awaitable[list[Shard]]], running: dict[int, asyncio.Task[int]], at_once: int
    ) -> list[int]:
        if self.trouble is not None and monotonic() < self._rests_until:
            return []
        try:
            due = await ask()
        except UnpendError as error:
            self._rest(error)
            return []
        return [shard for shard, _ in fairly(each for each in due if each[0] not in running)][: at_once - len(running)]

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

    async def _something(self, running: dict[int, asyncio.Task[int]]) -> None:
        """Wait for work to end, for a tick, or for the stop."""
        stopped = asyncio.create_task(self._stopping.wait())
        await asyncio.wait({stopped, *running.values()}, timeout=self._tick, return_when=asyncio.FIRST_COMPLETED)
        stopped.cancel()


def fairly(due: Iterable[Shard]) -> list[Shard]:
    """In turn between the lanes: each lane's oldest shard, then each lane's second …"""
    lanes: dict[int, list[Shard]] = {}
    for shard in sorted(due, key=lambda each: each[1]):
        lanes.setdefault(shard[0] // LANE, []).append(shard)
    turns = [(turn, shard[1], shard) for lane in lanes.values() for turn, shard in enumerate(lane)]
    return [shard for _, _, shard in sorted(turns)]

"""Running the work until it is told to stop: in one process over SQLite, or as one of many over PostgreSQL."""

from __future__ import annotations

import asyncio
import contextlib
import signal
from collections.abc import Awaitable, Callable
from importlib.util import find_spec
from typing import Protocol

from unpend.engine.local import LocalEngine
from unpend.engine.opening import Installation
from unpend.engine.works import Works
from unpend.model.errors import UnpendError, UsageError
from unpend.store.connect import INSTALL_IT, NO_DRIVER
from unpend.store.lock import only_worker


class Engine(Protocol):
    """What runs the work. `trouble` is what it waits out at the moment."""

    trouble: UnpendError | None

    async def run(self) -> None:
        """Run until stopped."""

    def stop(self) -> None:
        """Begin nothing new, finish what is under way."""


def engine_for(installation: Installation, works: Works) -> Engine:
    """The engine that fits the database."""
    if installation.database.sqlite:
        return LocalEngine(works)
    if find_spec("procrastinate") is None:
        raise UsageError(NO_DRIVER, INSTALL_IT)
    from unpend.engine.distributed import DistributedEngine

    return DistributedEngine(works)


async def work_until_stopped(installation: Installation, works: Works, *beside: Callable[[], Awaitable[None]]) -> None:
    """Work until SIGTERM or SIGINT; then begin nothing new and finish what is under way.

    What goes on `beside` it is cancelled then: each of its steps is whole in itself.
    """
    engine = engine_for(installation, works)
    loop = asyncio.get_running_loop()
    with only_worker(installation.database):
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, engine.stop)
        try:
            await _run_with(engine, beside)
        finally:
            for number in (signal.SIGTERM, signal.SIGINT):
                with contextlib.suppress(ValueError):
                    loop.remove_signal_handler(number)
            works.close()


async def _run_with(engine: Engine, beside: tuple[Callable[[], Awaitable[None]], ...]) -> None:
    """The engine and what goes on beside it. What breaks there stops all of it, loudly."""
    tasks = [asyncio.ensure_future(start()) for start in beside]
    for task in tasks:
        task.add_done_callback(lambda _: engine.stop())
    await engine.run()
    for task in tasks:
        task.cancel()
    for ended in await asyncio.gather(*tasks, return_exceptions=True):
        if isinstance(ended, Exception):
            raise ended

"""Running the work until it is told to stop: in one process over SQLite, or as one of many over PostgreSQL."""

from __future__ import annotations

import asyncio
import contextlib
import signal
from collections.abc import Callable, Sequence
from importlib.util import find_spec
from typing import Protocol

from unpend.engine.local import LocalEngine
from unpend.engine.opening import Installation
from unpend.engine.works import Works
from unpend.model.errors import UnpendError, UsageError
from unpend.observer.bulk.garbage import collect_rarely
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


class Side(Protocol):
    """What runs beside the looks: webhooks, the page of metrics."""

    async def run(self) -> None:
        """Run until stopped."""

    def stop(self) -> None:
        """Begin nothing new, finish what is under way."""


async def work_until_stopped(installation: Installation, works: Works, parts: Sequence[Side] = ()) -> None:
    """Run the engine, or these parts with an engine among them, until SIGTERM or SIGINT; then begin nothing new and
    finish what is under way."""
    parts = parts or [engine_for(installation, works)]
    collect_rarely()
    loop = asyncio.get_running_loop()

    def stop() -> None:
        for part in parts:
            part.stop()

    with only_worker(installation.database):
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, stop)
        try:
            await all_of(parts, stop)
        finally:
            for number in (signal.SIGTERM, signal.SIGINT):
                with contextlib.suppress(ValueError):
                    loop.remove_signal_handler(number)
            works.close()


async def all_of(parts: Sequence[Side], stop: Callable[[], None]) -> None:
    """Run them all; where one ends, whether by itself or broken, the others are stopped as well."""
    tasks = [asyncio.create_task(part.run()) for part in parts]
    await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    stop()
    await asyncio.gather(*tasks)

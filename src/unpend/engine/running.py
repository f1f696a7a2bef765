"""Running the work until it is told to stop: in one process over SQLite, or as one of many over PostgreSQL."""

from __future__ import annotations

import asyncio
import contextlib
import signal

from unpend.engine.local import LocalEngine
from unpend.engine.opening import Installation
from unpend.engine.works import Works
from unpend.store.lock import only_worker


def engine_for(installation: Installation, works: Works) -> LocalEngine:
    """The engine that fits the database."""
    return LocalEngine(works)


async def work_until_stopped(installation: Installation, works: Works) -> None:
    """Work until SIGTERM or SIGINT; then begin nothing new and finish what is under way."""
    engine = engine_for(installation, works)
    loop = asyncio.get_running_loop()
    with only_worker(installation.database):
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, engine.stop)
        try:
            await engine.run()
        finally:
            for number in (signal.SIGTERM, signal.SIGINT):
                with contextlib.suppress(ValueError):
                    loop.remove_signal_handler(number)
            works.close()

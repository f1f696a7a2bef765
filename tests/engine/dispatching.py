"""Deliver webhooks until all are delivered, in one process after the other: those that a test kills.

Each line of stdin (a database and what time it is) makes a process; its number is told, and how it ended. Imports are
made once, since they take longer than everything else.
"""

from __future__ import annotations

import asyncio
import os
import sys

from unpend.engine.clock import Clock
from unpend.engine.opening import open_installation
from unpend.engine.webhooks.deliveries import Deliveries
from unpend.engine.webhooks.hooks import Hooks
from unpend.engine.webhooks.posting import Poster
from unpend.store.webhooks import Webhooks


async def deliver(database: str, now: str) -> None:
    """All that is due."""
    opened = open_installation(database)
    hooks = Hooks(Webhooks(opened.database), Clock(wall=lambda: float(now)), opened.secret, allow_private=True)
    async with Poster.open(allow_private=True) as poster:
        await Deliveries(hooks, poster).drain()


def say(number: int) -> None:
    sys.stdout.write(f"{number}\n")
    sys.stdout.flush()


def main() -> None:
    """One after the other."""
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            asyncio.run(deliver(*line.split()))
            os._exit(0)
        say(child)
        say(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))


if __name__ == "__main__":
    main()

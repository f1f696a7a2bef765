"""A process that delivers webhooks until all are delivered: the one that a test kills."""

from __future__ import annotations

import asyncio
import sys

from unpend.engine.clock import Clock
from unpend.engine.opening import open_installation
from unpend.engine.webhooks.deliveries import Deliveries
from unpend.engine.webhooks.hooks import Hooks
from unpend.engine.webhooks.posting import Poster
from unpend.store.webhooks import Webhooks


async def main(database: str, now: str) -> None:
    opened = open_installation(f"sqlite:///{database}")
    hooks = Hooks(Webhooks(opened.database), Clock(wall=lambda: float(now)), opened.secret, allow_private=True)
    async with Poster.open(allow_private=True) as poster:
        await Deliveries(hooks, poster).drain()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))

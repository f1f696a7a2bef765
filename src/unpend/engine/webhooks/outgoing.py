"""The side of a worker that tells the world: it delivers webhooks, and forgets events that are a month old."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from dataclasses import dataclass, field

from unpend.engine.opening import Installation
from unpend.engine.webhooks.deliveries import Deliveries, Tell, untold
from unpend.engine.webhooks.hooks import Hooks
from unpend.engine.webhooks.posting import Poster
from unpend.model.errors import StoreError
from unpend.store.webhooks import Webhooks

KEPT = 30 * 24 * 3600
PRUNING = 600.0
AT_ONCE = 1000
log = logging.getLogger(__name__)


def hooks_of(installation: Installation, *, allow_private: bool = False) -> Hooks:
    """The webhooks of an installation."""
    return Hooks(Webhooks(installation.database), installation.clock, installation.secret, allow_private)


@dataclass
class Outgoing:
    """Runs beside the looks. Any number of them work on one database."""

    hooks: Hooks
    tell: Tell = untold
    _deliveries: Deliveries | None = None
    _stopping: asyncio.Event = field(default_factory=asyncio.Event)

    async def run(self) -> None:
        """Until stopped; tries under way are finished, leases not used are given back."""
        async with Poster.open(allow_private=self.hooks.allow_private) as poster:
            self._deliveries = Deliveries(self.hooks, poster, self.tell)
            if self._stopping.is_set():
                return
            await asyncio.gather(self._deliveries.run(), self._prune())

    def stop(self) -> None:
        """Start nothing new."""
        self._stopping.set()
        if self._deliveries is not None:
            self._deliveries.stop()

    async def _prune(self) -> None:
        while not self._stopping.is_set():
            before = self.hooks.clock.now() - KEPT
            try:
                while (
                    not self.hooks.clock.doubtful()
                    and await asyncio.to_thread(self.hooks.store.prune, before, AT_ONCE) == AT_ONCE
                ):
                    await asyncio.sleep(0.1)
            except StoreError as error:
                log.warning("old events are forgotten later: %s", error)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._stopping.wait(), PRUNING)

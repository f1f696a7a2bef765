"""What the looks of one process share while it lasts: the sockets, and what they remember of the world around."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Hashable
from types import TracebackType

from unpend.observer.memory import Memory
from unpend.observer.settings import Settings
from unpend.observer.wire.client import Route
from unpend.observer.wire.sockets import Sockets

WORLDS = 8


class Session:
    """`async with Session() as session`, for looks in one event loop."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._memories: dict[Hashable, Memory] = {}
        self._sockets: Sockets | None = None

    def memory(self, settings: Settings, route: Route | None = None) -> Memory:
        """What looks at the same world remember: other root servers, another port or route may lead to another."""
        world = (settings.root_hints, settings.port, settings.ipv4, settings.ipv6, route)
        if world not in self._memories:
            if len(self._memories) >= WORLDS:
                del self._memories[next(iter(self._memories))]
            self._memories[world] = Memory(self._clock)
        return self._memories[world]

    @property
    def sockets(self) -> Sockets:
        """The sockets, opened when they are first needed."""
        if self._sockets is None:
            self._sockets = Sockets(asyncio.get_running_loop())
        return self._sockets

    async def __aenter__(self) -> Session:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the sockets; whoever still waits on one is told that nobody answered."""
        if self._sockets is not None:
            self._sockets.close()
            self._sockets = None

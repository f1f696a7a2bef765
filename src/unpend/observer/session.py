"""What the looks of one process share while it lasts: the sockets, and what they remember of the world around."""

from __future__ import annotations

import asyncio
from types import TracebackType

from unpend.observer.memory import Memory
from unpend.observer.wire.sockets import Sockets


class Session:
    """`async with Session() as session`, for looks with the same settings in one event loop."""

    def __init__(self) -> None:
        self.memory = Memory()
        self._sockets: Sockets | None = None

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

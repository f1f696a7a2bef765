"""How many questions are under way to one server: more at once overflow its socket or its rate limit."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable

AT_ONCE_PER_SERVER = 48


class Place:
    """Places at one server. Who finds none free gets one in turn."""

    def __init__(self) -> None:
        self._free = AT_ONCE_PER_SERVER
        self._queue: deque[Callable[[], None]] = deque()

    def take(self, begin: Callable[[], None]) -> None:
        """Begin at once or when it is its turn; `leave` has to follow in the end."""
        if self._free:
            self._free -= 1
            begin()
        else:
            self._queue.append(begin)

    def leave(self) -> None:
        """The next may begin."""
        if self._queue:
            self._queue.popleft()()
        else:
            self._free += 1

    async def taken(self) -> None:
        """Wait for a place."""
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.take(lambda: self.leave() if turn.done() else turn.set_result(None))
        try:
            await turn
        except asyncio.CancelledError:
            if not turn.cancelled():
                self.leave()
            raise

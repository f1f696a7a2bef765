"""uvicorn in this process, beside whatever else runs in it: one loop, one way to stop."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import socket
from collections.abc import Awaitable, Callable, Coroutine, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import uvicorn
from starlette.types import ASGIApp

from unpend.server.wire import BoundedProtocol

DRAIN = 10
AT_ONCE = 1000
IDLE = 30


class _Server(uvicorn.Server):
    """uvicorn without signal handlers of its own: a process has one place that decides when to stop."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


@dataclass(frozen=True, slots=True)
class Beside:
    """What runs beside the server: `run` ends some time after `stop` was called."""

    run: Callable[[], Awaitable[None]]
    stop: Callable[[], None]


@dataclass(slots=True)
class Process:
    """The server and what runs beside it, until somebody says stop or one of them ends."""

    app: ASGIApp
    listening: Sequence[socket.socket]
    beside: Sequence[Beside] = ()
    _stopping: asyncio.Event = field(default_factory=asyncio.Event)

    def stop(self) -> None:
        """Take no new request, begin no new work, finish what is under way."""
        self._stopping.set()

    async def run(self, ready: Callable[[], None] = lambda: None) -> None:
        """Serve. The first SIGINT or SIGTERM stops gently."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            with contextlib.suppress(NotImplementedError, RuntimeError, ValueError):
                loop.add_signal_handler(number, self.stop)
        server = server_for(self.app)
        works = [asyncio.create_task(server.serve(list(self.listening)))]
        works += [asyncio.ensure_future(_running(each)) for each in self.beside]
        waiter = asyncio.create_task(self._stopping.wait())
        ready()
        await asyncio.wait([*works, waiter], return_when=asyncio.FIRST_COMPLETED)
        server.should_exit = True
        for each in self.beside:
            each.stop()
        waiter.cancel()
        await asyncio.gather(*works)


def run_process(main: Coroutine[Any, Any, None]) -> None:
    """`asyncio.run`, on libuv's loop where there is one: it costs half as much a request."""
    with asyncio.Runner(loop_factory=_loop_factory()) as runner:
        runner.run(main)


def _loop_factory() -> Callable[[], asyncio.AbstractEventLoop] | None:
    try:
        import uvloop
    except ImportError:  # there is none for Windows
        return None
    return uvloop.new_event_loop


def server_for(app: ASGIApp) -> uvicorn.Server:
    """A server that leaves signals, logs and headers to us."""
    return _Server(_configuration(app))


async def _running(beside: Beside) -> None:
    await beside.run()


def _configuration(app: ASGIApp) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        http=BoundedProtocol,
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        ws="none",
        limit_concurrency=AT_ONCE,
        timeout_keep_alive=IDLE,
        timeout_graceful_shutdown=DRAIN,
    )

"""What an operator's machines ask: `/readyz`, `/metrics`; and what is counted, logged and traced of every request."""

from __future__ import annotations

import asyncio
import logging
import socket
from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from time import perf_counter

import uvicorn
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import BaseRoute, Route, Router
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from unpend.engine.metrics import Metrics
from unpend.engine.tracing import span
from unpend.model.errors import UnpendError
from unpend.server.running import server_for
from unpend.store.connect import Database
from unpend.store.gauges import answers

PATIENCE = 3.0
TEXT = "text/plain; version=0.0.4; charset=utf-8"
DOORS = (
    ("/api/", "rest"),
    ("/v2/email/", "sesv2"),
    ("/healthz", "health"),
    ("/readyz", "health"),
    ("/metrics", "metrics"),
    ("/domains", "pages"),
    ("/pages/", "pages"),
    ("/sign-", "pages"),
)
log = logging.getLogger("unpend.requests")


@dataclass(frozen=True, slots=True)
class Readiness:
    """Whether this process can do its work. `trouble` is what its worker waits out, where it has one."""

    database: Database
    threads: Executor
    trouble: Callable[[], UnpendError | None] = lambda: None

    async def answer(self, _: Request) -> Response:
        """200 when it can, 503 with the reason when it cannot. The reason is for the operator: no detail of the error."""
        state = {"database": await self._database(), "worker": "waiting" if self.trouble() else "ok"}
        ready = set(state.values()) == {"ok"}
        headers = {"cache-control": "no-store"} | ({} if ready else {"retry-after": "5"})
        return JSONResponse({"ready": ready, **state}, 200 if ready else 503, headers)

    async def _database(self) -> str:
        looking = asyncio.get_running_loop().run_in_executor(self.threads, answers, self.database)
        try:
            async with asyncio.timeout(PATIENCE):
                await looking
        except TimeoutError:
            return "slow"
        except UnpendError:
            return "away"
        return "ok"


def operating(readiness: Readiness, metrics: Metrics) -> Sequence[BaseRoute]:
    """The routes."""

    async def page(_: Request) -> Response:
        text = await asyncio.get_running_loop().run_in_executor(readiness.threads, metrics.page)
        return Response(text, media_type=TEXT)

    return [Route("/readyz", readiness.answer), Route("/metrics", page)]


@dataclass
class Page:
    """A worker's own small server for its operator: health, readiness, metrics."""

    listening: Sequence[socket.socket]
    readiness: Readiness
    metrics: Metrics
    _server: uvicorn.Server | None = None

    async def run(self) -> None:
        """Until stopped."""
        routes = [Route("/healthz", alive), *operating(self.readiness, self.metrics)]
        self._server = server_for(Router(routes))
        await self._server.serve(list(self.listening))

    def stop(self) -> None:
        """Take no new request."""
        if self._server is not None:
            self._server.should_exit = True


async def alive(_: Request) -> Response:
    """The process answers; whether it can work is `/readyz`."""
    return PlainTextResponse("ok\n")


@dataclass(frozen=True, slots=True)
class Observed:
    """Around an application: each request is counted, timed, traced, and logged at its end. No path, no query: they
    carry names of customers and signatures."""

    app: ASGIApp
    metrics: Metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        door, status, begun, took = door_of(scope["path"], scope["method"]), 500, perf_counter(), None

        async def sending(message: Message) -> None:
            nonlocal status, took
            if (
                message["type"] == "http.response.start"
            ):  # a stream of events lasts a quarter of an hour: its start counts
                status, took = message["status"], perf_counter() - begun
            await send(message)

        try:
            with span("unpend.request", door=door, method=scope["method"]):
                await self.app(scope, receive, sending)
        except asyncio.CancelledError:
            status = await _cut_off(sending, begun=took is not None)
        finally:
            took = perf_counter() - begun if took is None else took
            self.metrics.requests.labels(door, str(status)).inc()
            self.metrics.seconds.labels(door).observe(took)
            fields = {"door": door, "method": scope["method"], "status": status, "ms": round(took * 1000, 1)}
            log.log(logging.WARNING if status >= 500 else logging.DEBUG, "request", extra=fields)


async def _cut_off(send: Send, *, begun: bool) -> int:
    """The process stops, and this request did not end in time: its client learns that it may ask again."""
    if begun:  # a stream of events: who listens connects again
        await send({"type": "http.response.body", "body": b""})
        return 200
    headers = [(b"retry-after", b"1"), (b"connection", b"close"), (b"content-length", b"0")]
    await send({"type": "http.response.start", "status": 503, "headers": headers})
    await send({"type": "http.response.body", "body": b""})
    return 503


def door_of(path: str, method: str) -> str:
    """Which door a path belongs to; the root is SES v1's for a POST, the pages' otherwise."""
    root = "sesv1" if method == "POST" else "pages"
    return next((door for start, door in DOORS if path.startswith(start)), root if path == "/" else "other")

"""The SES doors on the wire (ASGI): bytes to a `Request`, an `Answer` to bytes. Sizes and times are bounded before anything is read."""

from __future__ import annotations

import asyncio
from concurrent.futures import Executor

from starlette.requests import ClientDisconnect
from starlette.requests import Request as Asked
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from unpend.sesv2.door import LARGEST_BODY, Door, refusal
from unpend.sesv2.errors import SesError, too_large
from unpend.sesv2.request import Answer, Request

SLOWEST_BODY = 30.0
LISTING = "/v2/email/list-identities"  # a read, though it is a POST


class SesApp:
    """Whatever path no other door has: SES v2 by its paths, SES v1 at `/`."""

    def __init__(self, door: Door, threads: Executor) -> None:
        self.door = door
        self.threads = threads
        self._reads_here = door.engine.store.database.sqlite

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        try:
            answer = await self._answer(scope, Asked(scope, receive))
        except ClientDisconnect:
            return
        await Response(answer.body, answer.status, answer.headers)(scope, receive, send)

    async def _answer(self, scope: Scope, asked: Asked) -> Answer:
        path = scope["raw_path"].decode("latin-1")
        try:
            body = await _body(asked)
        except SesError as error:
            return refusal(error, path)
        headers = tuple((name.decode("latin-1"), value.decode("latin-1")) for name, value in scope["headers"])
        request = Request(asked.method, path, scope["query_string"].decode("latin-1"), headers, body)
        if self._reads_here and (request.method == "GET" or path == LISTING):
            return self.door.answer(
                request
            )  # a read of SQLite in WAL waits for nobody; a thread would cost more than the read
        return await asyncio.get_running_loop().run_in_executor(self.threads, self.door.answer, request)


async def _body(asked: Asked) -> bytes:
    """At most what the largest operation needs, and not for ever."""
    told = asked.headers.get("content-length", "0")
    if len(told) > 9 or not told.isdecimal() or int(told) > LARGEST_BODY:
        raise too_large(LARGEST_BODY)
    held = bytearray()
    try:
        async with asyncio.timeout(SLOWEST_BODY):
            async for chunk in asked.stream():
                held += chunk
                if len(held) > LARGEST_BODY:
                    raise too_large(LARGEST_BODY)
    except TimeoutError:
        raise SesError("RequestTimeoutException", f"The body did not come within {SLOWEST_BODY:.0f} s.", 408) from None
    return bytes(held)

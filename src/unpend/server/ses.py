"""The SES doors on the wire (ASGI): bytes to a `Request`, an `Answer` to bytes. Sizes and times are bounded before anything is read."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from concurrent.futures import Executor
from functools import partial

from starlette.types import Receive, Scope, Send

from unpend.sesv2.door import LARGEST_BODY, Door, refusal
from unpend.sesv2.errors import SesError, too_large
from unpend.sesv2.request import Answer, Request

SLOWEST_BODY = 30.0
LISTING = "/v2/email/list-identities"  # a read, though it is a POST


class _GoneError(Exception):
    """Who asked has hung up."""


class SesApp:
    """Whatever path no other door has: SES v2 by its paths, SES v1 at `/`."""

    def __init__(self, door: Door, threads: Executor) -> None:
        self.door = door
        self.threads = threads
        self._database = door.engine.store.database

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        try:
            answer = await self._answer(scope, receive)
        except _GoneError:
            return
        await send({"type": "http.response.start", "status": answer.status, "headers": _wire(answer)})
        await send({"type": "http.response.body", "body": answer.body})

    async def _answer(self, scope: Scope, receive: Receive) -> Answer:
        path = scope["raw_path"].decode("latin-1")
        headers = tuple((name.decode("latin-1"), value.decode("latin-1")) for name, value in scope["headers"])
        try:
            body = await _body(dict(headers), receive)
        except SesError as error:
            return refusal(error, path)
        request = Request(scope["method"], path, scope["query_string"].decode("latin-1"), headers, body)
        if not self._database.sqlite:
            return await asyncio.get_running_loop().run_in_executor(self.threads, self.door.answer, request)
        if request.method == "GET" or path == LISTING:
            # a read of SQLite in WAL waits for nobody; a thread would cost more than the read
            return self.door.answer(request)
        return await self._database.writer.run(partial(self.door.answer, request))


def _wire(answer: Answer) -> list[tuple[bytes, bytes]]:
    headers = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in answer.headers.items()]
    return [*headers, (b"content-length", b"%d" % len(answer.body))]


async def _body(headers: Mapping[str, str], receive: Receive) -> bytes:
    """At most what the largest operation needs, and not for ever."""
    told = headers.get("content-length", "0")
    if len(told) > 9 or not told.isdecimal() or int(told) > LARGEST_BODY:
        raise too_large(LARGEST_BODY)
    if told == "0" and "transfer-encoding" not in headers:
        return b""
    try:
        async with asyncio.timeout(SLOWEST_BODY):
            return await _read(receive)
    except TimeoutError:
        raise SesError("RequestTimeoutException", f"The body did not come within {SLOWEST_BODY:.0f} s.", 408) from None


async def _read(receive: Receive) -> bytes:
    held = bytearray()
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise _GoneError
        held += message.get("body", b"")
        if len(held) > LARGEST_BODY:
            raise too_large(LARGEST_BODY)
        if not message.get("more_body", False):
            return bytes(held)

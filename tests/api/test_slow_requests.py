"""Requests that come drop by drop, or have no end, against the server that `serve` runs."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator

import pytest
from starlette.types import Receive, Scope, Send

from unpend.server import wire
from unpend.server.running import server_for


async def echoing(scope: Scope, receive: Receive, send: Send) -> None:
    """Answers once the body is there."""
    size, more = 0, True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            return
        size, more = size + len(message.get("body", b"")), message.get("more_body", False)
    told = f"{size}".encode()
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"%d" % len(told))]})
    await send({"type": "http.response.body", "body": told})


@pytest.fixture
async def port(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[int]:
    """Where it listens; half a second is what a head may take, and one a request."""
    monkeypatch.setattr(wire, "SLOWEST_HEAD", 0.5)
    monkeypatch.setattr(wire, "SLOWEST_REQUEST", 1.0)
    with socket.create_server(("127.0.0.1", 0)) as listening:
        server = server_for(echoing)
        running = asyncio.create_task(server.serve([listening]))
        yield listening.getsockname()[1]
        server.should_exit = True
        await running


async def told(port: int, *pieces: bytes, drops: bytes = b"") -> bytes:
    """What comes back until the connection ends; `drops` are sent again and again."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)

    async def drip() -> None:
        while drops:
            await asyncio.sleep(0.1)
            writer.write(drops)
            await writer.drain()

    dripping = asyncio.create_task(drip())
    try:
        for piece in pieces:
            writer.write(piece)
            await asyncio.sleep(0)
        async with asyncio.timeout(30):
            return await reader.read()
    except ConnectionError:
        return b""
    finally:
        dripping.cancel()
        with contextlib.suppress(asyncio.CancelledError, ConnectionError):
            await dripping
        writer.close()


HEAD = b"POST / HTTP/1.1\r\nHost: localhost\r\n"


@pytest.mark.parametrize(
    ("pieces", "drops"),
    [
        ((), b""),
        ((HEAD,), b"X: y\r\n"),
        ((HEAD + b"Content-Length: 1000\r\n\r\n",), b"x"),
        ((HEAD + b"Transfer-Encoding: chunked\r\n\r\n",), b"1\r\nx\r\n"),
    ],
    ids=["silent", "drops-of-a-head", "drops-of-a-body", "drops-of-chunks"],
)
async def test_who_is_too_slow_is_cut_off(port: int, pieces: tuple[bytes, ...], drops: bytes) -> None:
    assert await told(port, *pieces, drops=drops) == b""


async def test_a_head_without_end_is_refused(port: int) -> None:
    assert (await told(port, HEAD, b"X: " + b"y" * 100_000)).startswith(b"HTTP/1.1 431 ")


async def test_a_whole_request_is_answered(port: int) -> None:
    answer = await told(port, HEAD + b"Connection: close\r\nContent-Length: 3\r\n\r\nabc")
    assert answer.startswith(b"HTTP/1.1 200 ")
    assert answer.endswith(b"\r\n\r\n3")

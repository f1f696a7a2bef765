"""Peers on loopback that behave as they should not: UDP and TCP at one port, each message answered by a function."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from typing import cast

Answers = Callable[[bytes], Iterable[bytes]]


class Udp(asyncio.DatagramProtocol):
    """Answers each datagram with those that the function gives."""

    def __init__(self, answers: Answers) -> None:
        self._answers = answers
        self._transport: asyncio.DatagramTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.DatagramTransport, transport)

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        assert self._transport
        for answer in self._answers(data):
            self._transport.sendto(answer, addr)


@asynccontextmanager
async def peer(udp: Answers, tcp: Answers | None = None, address: str = "127.0.0.1") -> AsyncIterator[int]:
    """A running peer; its port. `tcp` gives raw chunks, written one after the other, some milliseconds apart."""
    loop = asyncio.get_running_loop()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            length = int.from_bytes(await reader.readexactly(2), "big")
            data = await reader.readexactly(length)
            for chunk in tcp(data) if tcp else ():
                writer.write(chunk)
                await writer.drain()
                await asyncio.sleep(0.002)
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    listener = await asyncio.start_server(serve, address, 0)
    port = listener.sockets[0].getsockname()[1]
    transport, _ = await loop.create_datagram_endpoint(lambda: Udp(udp), (address, port))
    try:
        yield port
    finally:
        transport.close()
        listener.close()

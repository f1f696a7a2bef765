"""A resolver in whose world every issued record is published: it counts how many questions wait for it at once."""

from __future__ import annotations

import asyncio
import contextlib
import struct
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import cast

CNAME, SOA, TXT = 5, 6, 16
ANSWER = 0x8180
ZONE = b"\x04dkim\x09amazonses\x03com\x00"
KEY = b"v=DKIM1; p=MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQ"
START = b"\x02ns\xc0\x0c\x05admin\xc0\x0c" + struct.pack("!5L", 7, 3600, 600, 86400, 60)


@dataclass
class Resolving(asyncio.DatagramProtocol):
    """`pause` seconds go by before each answer; `silent` gives none."""

    pause: float = 0.0
    silent: bool = False
    asked: int = 0
    waiting: int = 0
    most: int = 0
    port: int = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.DatagramTransport, transport)

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        self.asked += 1
        if self.silent:
            return
        self.waiting += 1
        self.most = max(self.most, self.waiting)
        if self.pause:
            asyncio.get_running_loop().call_later(self.pause, self._answer, data, addr)
        else:
            self._answer(data, addr)

    def _answer(self, data: bytes, addr: tuple[str, int]) -> None:
        self.waiting -= 1
        self._transport.sendto(answer_to(data), addr)


def answer_to(query: bytes) -> bytes:
    """Everything is as it was demanded, whatever the domain."""
    end = query.index(b"\x00", 12) + 5
    (kind,) = struct.unpack("!H", query[end - 4 : end - 2])
    first = query[12 : 13 + query[12]]
    records = []
    if kind in {CNAME, TXT} and b"\x0a_domainkey" in query[12:end].lower():
        records.append((b"\xc0\x0c", CNAME, first + ZONE))
    if kind == TXT:
        records.append((first + ZONE if records else b"\xc0\x0c", TXT, bytes([len(KEY)]) + KEY))
    if kind == SOA:
        records.append((b"\xc0\x0c", SOA, START))
    told = [name + struct.pack("!HHLH", type_, 1, 60, len(data)) + data for name, type_, data in records]
    head = query[:2] + struct.pack("!5H", ANSWER, 1, len(told), 0, 0)
    return head + query[12:end] + b"".join(told)


@contextlib.asynccontextmanager
async def resolving(**settings: float) -> AsyncIterator[Resolving]:
    """It, on a port of its own until the block ends."""
    made = Resolving(**settings)  # type: ignore[arg-type]
    loop = asyncio.get_running_loop()
    transport, _ = await loop.create_datagram_endpoint(lambda: made, ("127.0.0.1", 0))
    made.port = transport.get_extra_info("sockname")[1]
    try:
        yield made
    finally:
        transport.close()

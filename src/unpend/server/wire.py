"""HTTP/1.1 on one connection, with an end to what a caller may send and how slowly: uvicorn bounds neither heads nor idle starts."""

from __future__ import annotations

import asyncio

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

SLOWEST_HEAD = 20.0
SLOWEST_REQUEST = 60.0
LARGEST_HEAD = 32 * 1024
# Far more than the largest body that any door takes, however it is cut into chunks: what counts here are trailers.
LARGEST_REQUEST = 8 * 1024 * 1024
TOO_LARGE = b"HTTP/1.1 431 Request Header Fields Too Large\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"


class BoundedProtocol(HttpToolsProtocol):
    """uvicorn's protocol. A request that is not whole in time, or has no end, is cut off with its connection.

    Most requests come in one piece: for them no timer is made.
    """

    _in_head = True
    _whole = False
    _fed = 0
    _began = 0.0
    _limit: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Who connects and says nothing has as long as for a head."""
        super().connection_made(transport)
        self._wait()

    def connection_lost(self, exc: Exception | None) -> None:
        """Leave no timer behind."""
        self._rest()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Feed the parser, and see whether the request is whole by now."""
        self._whole = False
        self._fed += len(data)
        super().data_received(data)
        if self._whole or self.transport.is_closing():
            return
        if self._fed > (LARGEST_HEAD if self._in_head else LARGEST_REQUEST):
            self._refuse()
        elif self._limit is None:
            self._wait()

    def on_message_begin(self) -> None:
        """A request begins."""
        super().on_message_begin()
        self._whole = False

    def on_header(self, name: bytes, value: bytes) -> None:
        """Trailers are read and forgotten: nobody here asks for them."""
        if self._in_head:
            super().on_header(name, value)

    def on_headers_complete(self) -> None:
        """A large head may have come in one piece."""
        if self._fed > LARGEST_HEAD and _size(self.url, self.headers) > LARGEST_HEAD:
            self._refuse()
        self._in_head = False
        if not self.transport.is_closing():
            super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        """Of what was refused, nothing is kept."""
        if not self.transport.is_closing():
            super().on_body(body)

    def on_message_complete(self) -> None:
        """A request is whole; what comes now is the next one."""
        self._in_head, self._whole, self._fed = True, True, 0
        self._rest()
        if not self.transport.is_closing():
            super().on_message_complete()

    def _refuse(self) -> None:
        before: RequestResponseCycle | None = self.cycle
        if self._in_head and (before is None or before.response_complete):
            self.transport.write(TOO_LARGE)
        self.transport.close()

    def _wait(self) -> None:
        self._began = self.loop.time()
        self._limit = self.loop.call_later(SLOWEST_HEAD, self._late)

    def _rest(self) -> None:
        if self._limit is not None:
            self._limit.cancel()
            self._limit = None

    def _late(self) -> None:
        left = self._began + SLOWEST_REQUEST - self.loop.time()
        self._limit = None
        if self._in_head or left <= 0:
            self.transport.close()
        else:
            self._limit = self.loop.call_later(left, self._late)


def _size(url: bytes, headers: list[tuple[bytes, bytes]]) -> int:
    return len(url) + sum(len(name) + len(value) + 4 for name, value in headers)

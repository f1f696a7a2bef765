"""Questions over TCP for answers that do not fit a datagram (RFC 7766), a few at a time beside the bursts."""

from __future__ import annotations

import errno
import os
import selectors
import socket
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

from unpend.observer.bulk.asking import Asking
from unpend.observer.wire.message import echoes

AT_ONCE = 32
PIECE = 65536

Finished = Callable[[Asking, bytes], None]
Failed = Callable[[Asking, str], None]


@dataclass(slots=True, eq=False)
class Stream:
    """One connection: what is still to be written, what was read, and until when."""

    asking: Asking
    socket: socket.socket
    id: bytes
    out: bytes
    ends: float = 0.0
    read: bytearray = field(default_factory=bytearray)


class Streams:
    """At most 32 connections; the others wait their turn. A peer that drips does not outlast its deadline."""

    def __init__(self, selector: selectors.BaseSelector, timeout: float, finished: Finished, failed: Failed) -> None:
        self._selector = selector
        self._timeout = timeout
        self._finished = finished
        self._failed = failed
        self._open: set[Stream] = set()
        self._queue: deque[tuple[Asking, bool]] = deque()

    @property
    def busy(self) -> bool:
        """Whether any question is under way or waits."""
        return bool(self._open or self._queue)

    def add(self, asking: Asking, recurse: bool) -> None:
        """Ask this over TCP, as soon as it is its turn."""
        self._queue.append((asking, recurse))

    def sweep(self, now: float) -> None:
        """Give up what took too long, begin what waits."""
        for stream in [s for s in self._open if s.ends <= now]:
            self._end(stream, "timeout")
        while self._queue and len(self._open) < AT_ONCE:
            self._begin(*self._queue.popleft(), now)

    def _begin(self, asking: Asking, recurse: bool, now: float) -> None:
        target = asking.server
        if target is None:
            return
        sock = socket.socket(target.family, socket.SOCK_STREAM)
        sock.setblocking(False)
        message = os.urandom(2) + bytes([recurse, 0, 0, 1, 0, 0, 0, 0, 0, 0]) + asking.question
        out = len(message).to_bytes(2, "big") + message
        stream = Stream(asking, sock, message[:2], out, now + self._timeout)
        self._open.add(stream)
        self._selector.register(sock, selectors.EVENT_WRITE, stream)
        problem = sock.connect_ex(target.source)
        if problem not in {0, errno.EINPROGRESS}:
            self._end(stream, os.strerror(problem))

    def turn(self, stream: Stream) -> None:
        """The connection can be written to or read from."""
        try:
            if stream.out:
                stream.out = stream.out[stream.socket.send(stream.out) :]
                if not stream.out:
                    self._selector.modify(stream.socket, selectors.EVENT_READ, stream)
                return
            piece = stream.socket.recv(PIECE)
        except BlockingIOError:
            return
        except OSError as error:
            self._end(stream, error.strerror or "no connection")
            return
        stream.read += piece
        self._look_at(stream, ended=not piece)

    def _look_at(self, stream: Stream, ended: bool) -> None:
        size = int.from_bytes(stream.read[:2], "big") + 2
        if len(stream.read) < 2 or len(stream.read) < size:
            if ended:
                self._end(stream, "the connection ended before the answer")
            return
        data = bytes(stream.read[2:size])
        self._shut(stream)
        if len(data) >= 12 and data[2] & 0x80 and data[:2] == stream.id and echoes(data, stream.asking.question):
            self._finished(stream.asking, data)
        else:
            self._failed(stream.asking, "an answer to another question")

    def _end(self, stream: Stream, why: str) -> None:
        self._shut(stream)
        self._failed(stream.asking, why)

    def _shut(self, stream: Stream) -> None:
        self._open.discard(stream)
        self._selector.unregister(stream.socket)
        stream.socket.close()

    def close(self) -> None:
        """Close what is open."""
        for stream in list(self._open):
            self._shut(stream)

"""A UDP socket for bursts: many questions out, many answers in, nothing done twice.

This is the pure half of the hot path; `bursts.c` does the same with one system call for 64 datagrams. Both are held
to the same tests.
"""

from __future__ import annotations

import errno
import random
import socket
from collections.abc import Iterator, Sequence
from typing import Protocol

from unpend.observer.bulk.asking import Asking
from unpend.observer.bulk.judge import plainly_absent, plainly_right
from unpend.observer.bulk.target import Target

BUFFER = 4 * 1024 * 1024
DATAGRAM = 4096
DRAINED_AT_ONCE = 256
TRIES_FOR_AN_ID = 8
OPT = b"\0\0\x29\x04\xd0\0\0\0\0\0\0"
PASSING = frozenset({errno.EAGAIN, errno.ENOBUFS, errno.EINTR})

Heard = tuple[Asking, bytes]


class Bursts(Protocol):
    """What the pure and the C half have in common. `problem`: why a question was not sent, other than a full socket."""

    problem: str

    def fileno(self) -> int: ...

    def send(self, target: Target, askings: Sequence[Asking], stamp: int, edns: bool) -> bytes: ...

    def receive(self, right: list[Asking], absent: list[Asking], rest: list[Heard]) -> bool: ...

    def expire(self, ids: bytes, stamp: int) -> list[Asking]: ...

    def close(self) -> None: ...


class Burst:
    """Sends and matches on one socket. An answer counts if its id, its source and its question are those asked."""

    def __init__(self, family: int, recurse: bool) -> None:
        self.socket = open_socket(family)
        self.problem = ""
        self._flags = bytes([recurse, 0])
        self._waiting: dict[int, Asking] = {}
        self._ids = _random_ids()

    def fileno(self) -> int:
        """For selectors."""
        return self.socket.fileno()

    def send(self, target: Target, askings: Sequence[Asking], stamp: int, edns: bool) -> bytes:
        """Send these questions to one server; the ids of those that went out (fewer where the socket is full)."""
        counts = self._flags + (b"\0\1\0\0\0\0\0\1" if edns else b"\0\1\0\0\0\0\0\0")
        opt = OPT if edns else b""
        sent = []
        try:
            for asking in askings:
                id_ = self._free_id()
                number = id_.to_bytes(2, "big")
                self.socket.sendto(number + counts + asking.question + opt, target.source)
                asking.server = target
                asking.stamp = stamp
                self._waiting[id_] = asking
                sent.append(number)
        except OSError as error:
            if error.errno not in PASSING:
                self.problem = error.strerror or str(error)
        return b"".join(sent)

    def _free_id(self) -> int:
        for _ in range(TRIES_FOR_AN_ID):
            id_ = next(self._ids)
            if id_ not in self._waiting:
                return id_
        raise BlockingIOError(errno.EAGAIN, "all ids in use")

    def receive(self, right: list[Asking], absent: list[Asking], rest: list[Heard]) -> bool:
        """Read what has come: the plainly right ones, the plain denials, the others with their bytes. True if more may wait."""
        receive, waiting = self.socket.recvfrom, self._waiting
        for _ in range(DRAINED_AT_ONCE):
            try:
                data, source = receive(DATAGRAM)
            except BlockingIOError:
                return False
            except OSError:
                continue
            asking = waiting.get(int.from_bytes(data[:2], "big"))
            if asking is None or asking.server is None or source[:2] != asking.server.source:
                continue
            behind = 12 + len(asking.question)
            if data[12:behind] == asking.question and data[2] & 0x80:
                del waiting[int.from_bytes(data[:2], "big")]
                if plainly_right(data, behind, asking.wanted):
                    right.append(asking)
                elif asking.wanted and plainly_absent(data, asking.question, bool(self._flags[0])):
                    absent.append(asking)
                else:
                    rest.append((asking, data))
            elif _echoes_otherwise(data, asking.question):
                del waiting[int.from_bytes(data[:2], "big")]
                rest.append((asking, data))
        return True

    def expire(self, ids: bytes, stamp: int) -> list[Asking]:
        """Give up those of these ids that still wait for the answer to this very try."""
        late = []
        for at in range(0, len(ids), 2):
            id_ = int.from_bytes(ids[at : at + 2], "big")
            asking = self._waiting.get(id_)
            if asking is not None and asking.stamp == stamp:
                del self._waiting[id_]
                late.append(asking)
        return late

    def close(self) -> None:
        """Close the socket; answers that are still under way are lost."""
        self.socket.close()


def _echoes_otherwise(data: bytes, question: bytes) -> bool:
    """The same question in other upper and lower case, or an error that repeats none (FORMERR of old servers)."""
    if len(data) < 12 or not data[2] & 0x80:
        return False
    if data[4:6] == b"\0\0":
        return data[3] & 0xF in {1, 2, 4, 5}
    return data[12 : 12 + len(question)].lower() == question.lower()


def open_socket(family: int) -> socket.socket:
    """A non-blocking UDP socket on a random source port, with room for what comes in one burst."""
    sock = socket.socket(family, socket.SOCK_DGRAM)
    sock.setblocking(False)
    for option in (socket.SO_RCVBUF, socket.SO_SNDBUF):
        sock.setsockopt(socket.SOL_SOCKET, option, BUFFER)
    try:
        sock.bind(("", 0))
    except OSError:
        sock.close()
        raise
    return sock


def _random_ids() -> Iterator[int]:
    """Ids that cannot be foretold, drawn in blocks because a draw each is dear."""
    draw = random.SystemRandom().randbytes
    while True:
        block = draw(4096)
        for at in range(0, len(block), 2):
            yield block[at] << 8 | block[at + 1]

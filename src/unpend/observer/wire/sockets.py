"""UDP sockets that many questions share: drained in bursts, one sweep for all timeouts, a call back a question."""

from __future__ import annotations

import asyncio
import errno
import heapq
import socket
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial

from unpend.observer.wire.chance import Chance
from unpend.observer.wire.message import Query, echoes

SOCKETS = 8
USES_OF_A_SOCKET = 64
DRAINED_AT_ONCE = 256
DATAGRAM = 65535
RECVERR = {socket.AF_INET: (socket.IPPROTO_IP, 11), socket.AF_INET6: (socket.IPPROTO_IPV6, 25)}

Peer = tuple[str, int]
Encode = Callable[[], Query | None]


@dataclass(frozen=True, slots=True)
class Heard:
    """A datagram that answers, the question section that it answers, and the loop's time when that was sent and heard."""

    data: bytes
    question: bytes
    sent_at: float
    heard_at: float


@dataclass(slots=True)
class Reply:
    """Who is told what comes of all tries of one question, what came instead, and how many tries are still to end."""

    told: Callable[[Heard | Exception], None] | None
    left: int = 1
    odd: str = ""

    def ends(self, how: Heard | Exception) -> None:
        """The first end counts."""
        if self.told is not None:
            told, self.told = self.told, None
            told(how)

    def try_ended(self) -> None:
        """Nobody answered this try. A program that was held up has still to wait for the one that it sent late."""
        self.left -= 1
        if self.left == 0:
            self.ends(TimeoutError(self.odd))


@dataclass(slots=True)
class Waiting:
    """One try under way: what its answer has to echo."""

    question: bytes
    reply: Reply
    sent_at: float


@dataclass(slots=True)
class Repeat:
    """A try to come, if the one before has not been answered by then."""

    peer: Peer
    encode: Encode
    timeout: float
    reply: Reply


class PeerUnreachableError(Exception):
    """The network says that nobody is there."""


@dataclass(slots=True)
class Port:
    """One socket and the questions that wait on it, by peer and id. What comes late or twice is no wrong answer."""

    socket: socket.socket
    uses: int = 0
    waiting: dict[tuple[str, int, int], Waiting] = field(default_factory=dict)
    given_up: set[tuple[str, int, int]] = field(default_factory=set)


class Sockets:
    """A few sockets for each family, on random source ports that change with use."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self.chance = Chance()
        self._ports: dict[socket.AddressFamily, list[Port]] = {socket.AF_INET: [], socket.AF_INET6: []}
        self._retired: list[Port] = []
        self._deadlines: list[tuple[float, int, tuple[Port, tuple[str, int, int]] | Repeat]] = []
        self._sweep: asyncio.Handle | None = None
        self._sweep_at = 0.0
        self._count = 0
        self._closed = False

    def ask(self, peer: Peer, encode: Encode, timeout: float, again: float = 0.0) -> asyncio.Future[Heard]:
        """Send a question; the future ends with what was heard, TimeoutError or PeerUnreachableError."""
        future: asyncio.Future[Heard] = self._loop.create_future()
        self.begin(peer, encode, timeout, again, partial(_settle, future))
        return future

    def begin(
        self, peer: Peer, encode: Encode, timeout: float, again: float, told: Callable[[Heard | Exception], None]
    ) -> None:
        """Send a question; `told` is called once, later, with what was heard, TimeoutError or PeerUnreachableError.

        After `again` seconds (0: never) it is sent a second time; the answer to either counts. `encode` gives a new
        message for each try, or None where nothing more may be sent; a ValueError of its is told too.
        """
        again = 0.0 if self._closed else again
        reply = Reply(told, 2 if again else 1)
        try:
            self._send(peer, encode, timeout, reply)
        except OSError as error:
            self._loop.call_soon(reply.ends, PeerUnreachableError(error.strerror or str(error)))
            return
        except ValueError as error:
            self._loop.call_soon(reply.ends, error)
            return
        if again:
            self._at(again, Repeat(peer, encode, timeout - again, reply))
        self._schedule()

    def _send(self, peer: Peer, encode: Encode, timeout: float, reply: Reply) -> None:
        query = None if self._closed else encode()
        if query is None:
            self._loop.call_soon(reply.try_ended)
            return
        family = socket.AF_INET6 if ":" in peer[0] else socket.AF_INET
        for _ in range(2 * SOCKETS):
            port = self._port(family)
            key = (peer[0], peer[1], query.id)
            if key not in port.waiting:
                break
        else:
            raise OSError(errno.EAGAIN, "id in use")
        port.socket.sendto(query.data, peer)
        port.uses += 1
        port.waiting[key] = Waiting(query.question, reply, self._loop.time())
        self._at(timeout, (port, key))

    def _at(self, seconds: float, what: tuple[Port, tuple[str, int, int]] | Repeat) -> None:
        self._count += 1
        heapq.heappush(self._deadlines, (self._loop.time() + seconds, self._count, what))

    def new_id(self) -> int:
        """A random message id."""
        return self.chance.getrandbits(16)

    def close(self) -> None:
        """Close everything; whoever still waits gets a TimeoutError, and so does who comes after."""
        self._closed = True
        if self._sweep:
            self._sweep.cancel()
        for port in [*self._ports[socket.AF_INET], *self._ports[socket.AF_INET6], *self._retired]:
            waiting, port.waiting = port.waiting, {}
            self._shut(port)
            for each in waiting.values():
                self._loop.call_soon(each.reply.ends, TimeoutError(""))

    # --- sockets ------------------------------------------------------------------------------------------------

    def _port(self, family: socket.AddressFamily) -> Port:
        ports = self._ports[family]
        if len(ports) < SOCKETS:
            ports.append(self._open(family))
            return ports[-1]
        index = self.chance.getrandbits(8) % SOCKETS
        if ports[index].uses >= USES_OF_A_SOCKET:
            self._retire(ports[index])
            ports[index] = self._open(family)
        return ports[index]

    def _open(self, family: socket.AddressFamily) -> Port:
        sock = socket.socket(family, socket.SOCK_DGRAM)
        sock.setblocking(False)
        try:
            if hasattr(socket, "MSG_ERRQUEUE"):
                sock.setsockopt(*RECVERR[family], 1)
            sock.bind(("", 0))
        except OSError:
            sock.close()
            raise
        port = Port(sock)
        self._loop.add_reader(sock.fileno(), self._drain, port)
        return port

    def _retire(self, port: Port) -> None:
        if port.waiting:
            self._retired.append(port)
        else:
            self._shut(port)

    def _shut(self, port: Port) -> None:
        self._loop.remove_reader(port.socket.fileno())
        port.socket.close()

    # --- receiving ----------------------------------------------------------------------------------------------

    def _drain(self, port: Port) -> None:
        for _ in range(DRAINED_AT_ONCE):
            try:
                data, address = port.socket.recvfrom(DATAGRAM)
            except BlockingIOError:
                return
            except OSError:
                self._read_errors(port)
                continue
            self._received(port, data, (address[0], address[1]))

    def _received(self, port: Port, data: bytes, peer: Peer) -> None:
        id_ = int.from_bytes(data[:2], "big")
        waiting = port.waiting.get((*peer, id_))
        if waiting is None and (*peer, id_) in port.given_up:
            return
        if waiting is None:
            self._note_odd(port, peer, "an answer with a wrong id")
            return
        if not echoes(data, waiting.question):
            waiting.reply.odd = "an answer to another question"
            return
        del port.waiting[(*peer, id_)]
        port.given_up.add((*peer, id_))
        waiting.reply.ends(Heard(data, waiting.question, waiting.sent_at, self._loop.time()))

    def _note_odd(self, port: Port, peer: Peer, what: str) -> None:
        for (address, number, _), waiting in port.waiting.items():
            if (address, number) == peer:
                waiting.reply.odd = what

    def _read_errors(self, port: Port) -> None:
        """Linux tells on the error queue for whom an ICMP error came (ip(7), IP_RECVERR)."""
        if not hasattr(socket, "MSG_ERRQUEUE"):
            return
        try:
            _, _, _, address = port.socket.recvmsg(512, 512, socket.MSG_ERRQUEUE)
        except OSError:
            return
        for key in [k for k in port.waiting if k[:2] == tuple(address[:2])]:
            port.waiting.pop(key).reply.ends(PeerUnreachableError("port unreachable"))

    # --- time ---------------------------------------------------------------------------------------------------

    def _schedule(self) -> None:
        """Not every loop's handle tells when it runs (uvloop's does not for what is due)."""
        if not self._deadlines or (self._sweep and self._sweep_at <= self._deadlines[0][0]):
            return
        if self._sweep:
            self._sweep.cancel()
        self._sweep_at = self._deadlines[0][0]
        self._sweep = self._loop.call_at(self._sweep_at, self._swept)

    def _swept(self) -> None:
        self._sweep = None
        now = self._loop.time()
        while self._deadlines and self._deadlines[0][0] <= now + 0.001:
            _, _, what = heapq.heappop(self._deadlines)
            if isinstance(what, Repeat):
                self._repeat(what)
            else:
                self._give_up(*what)
        self._schedule()

    def _repeat(self, repeat: Repeat) -> None:
        """The second try. Where it cannot be sent, the first still waits."""
        if repeat.reply.told is None:
            return
        try:
            self._send(repeat.peer, repeat.encode, repeat.timeout, repeat.reply)
        except (OSError, ValueError):
            repeat.reply.try_ended()

    def _give_up(self, port: Port, key: tuple[str, int, int]) -> None:
        waiting = port.waiting.pop(key, None)
        if waiting:
            port.given_up.add(key)
            waiting.reply.try_ended()
        if port in self._retired and not port.waiting:
            self._retired.remove(port)
            self._shut(port)


def _settle(future: asyncio.Future[Heard], how: Heard | Exception) -> None:
    if future.done():
        return
    if isinstance(how, Heard):
        future.set_result(how)
    else:
        future.set_exception(how)

"""A socket that says now and then who asks (`--contact`), beneath the pure half of the hot path.

What decides about EDNS, tries and patience need not know of it. Only one question in eight to a server carries the
option: where something on the way drops what it does not know, seven of eight are answered at once, and the tries
of the eighth go without.
"""

from __future__ import annotations

import socket
from collections import Counter
from typing import cast

from unpend.observer.bulk.burst import OPT, Burst
from unpend.observer.wire.message import contact_option

EVERY = 8
MOST = 65_536
EMPTY = len(OPT) - 2


class Introduction:
    """Who was told, and by which questions: one for all sockets of a look-up."""

    def __init__(self, contact: str) -> None:
        option = contact_option(contact)
        self._opt = OPT[:EMPTY] + len(option).to_bytes(2, "big") + option
        self._asked: Counter[object] = Counter()
        self._told: set[bytes] = set()

    def said_to(self, peer: object, data: bytes) -> bytes:
        """The question, with the contact if it is this server's first or its eighth since, and no further try."""
        if not data[11] or not data.endswith(OPT):
            return data
        turn, question = self._asked[peer] % EVERY, data[12:].lower()
        self._asked[peer] += 1
        if turn or question in self._told:
            return data
        if len(self._asked) + len(self._told) > MOST:
            self._asked.clear()
            self._told.clear()
        self._told.add(question)
        return data[: -len(OPT)] + self._opt


class IntroducingSocket:
    """Adds the option to some of the questions that have an empty OPT record; the rest is the socket's own."""

    def __init__(self, sock: socket.socket, introduction: Introduction) -> None:
        self._socket = sock
        self._introduction = introduction
        self.recvfrom, self.fileno, self.close = sock.recvfrom, sock.fileno, sock.close

    def sendto(self, data: bytes, peer: tuple[str | int, ...]) -> int:
        """The question, now and then with the contact."""
        return self._socket.sendto(self._introduction.said_to(peer, data), peer)


class IntroducingBurst(Burst):
    """The pure half on such a socket."""

    def __init__(self, family: int, recurse: bool, introduction: Introduction) -> None:
        super().__init__(family, recurse)
        self.socket = cast(socket.socket, IntroducingSocket(self.socket, introduction))

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
MOST_PEERS = 65_536
EMPTY = len(OPT) - 2


class IntroducingSocket:
    """Adds the option to some of the questions that have an empty OPT record; the rest is the socket's own."""

    def __init__(self, sock: socket.socket, contact: str) -> None:
        option = contact_option(contact)
        self._socket = sock
        self._opt = OPT[:EMPTY] + len(option).to_bytes(2, "big") + option
        self._asked: Counter[object] = Counter()
        self.recvfrom, self.fileno, self.close = sock.recvfrom, sock.fileno, sock.close

    def sendto(self, data: bytes, peer: tuple[str | int, ...]) -> int:
        """The question, with the contact if it is this server's first or its eighth since."""
        if data[11] and data.endswith(OPT):
            if self._asked[peer] % EVERY == 0:
                data = data[: -len(OPT)] + self._opt
            if len(self._asked) > MOST_PEERS:
                self._asked.clear()
            self._asked[peer] += 1
        return self._socket.sendto(data, peer)


class IntroducingBurst(Burst):
    """The pure half on such a socket."""

    def __init__(self, family: int, recurse: bool, contact: str) -> None:
        super().__init__(family, recurse)
        self.socket = cast(socket.socket, IntroducingSocket(self.socket, contact))

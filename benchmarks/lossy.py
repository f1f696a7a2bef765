"""A bad line: a UDP proxy that delays and loses. `python -m benchmarks.lossy PORT TO_PORT ROUND_TRIP LOSS`.

The kernel's own netem is not everywhere. Each client socket has its own socket towards the server, as behind a NAT.
"""

from __future__ import annotations

import random
import selectors
import socket
import sys
import time
from collections import deque

from benchmarks.scan_clients import ADDRESS

Address = tuple[str, int]


def opened() -> socket.socket:
    sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    for option in (socket.SO_RCVBUF, socket.SO_SNDBUF):
        sock.setsockopt(socket.SOL_SOCKET, option, 4 * 1024 * 1024)
    sock.setblocking(False)
    return sock


class Line:
    """One direction after the other: `delay` seconds each way, `loss` of what goes in."""

    def __init__(self, port: int, to: int, delay: float, loss: float) -> None:
        self._front = opened()
        self._front.bind((ADDRESS, port))
        self._to = (ADDRESS, to)
        self._delay = delay
        self._loss = loss
        self._selector = selectors.DefaultSelector()
        self._selector.register(self._front, selectors.EVENT_READ, None)
        self._behind: dict[Address, socket.socket] = {}
        self._on_the_way: deque[tuple[float, socket.socket, bytes, Address]] = deque()

    def run(self) -> None:
        while True:
            wait = self._on_the_way[0][0] - time.monotonic() if self._on_the_way else 1.0
            for key, _ in self._selector.select(max(0.0, wait)):
                self._drain(key.fileobj, key.data)  # type: ignore[arg-type]
            while self._on_the_way and self._on_the_way[0][0] <= time.monotonic():
                _, sock, data, address = self._on_the_way.popleft()
                sock.sendto(data, address)

    def _drain(self, sock: socket.socket, client: Address | None) -> None:
        while True:
            try:
                data, source = sock.recvfrom(4096)
            except BlockingIOError:
                return
            if random.random() < self._loss:
                continue
            out, address = (self._front, client) if client else (self._towards(source), self._to)
            self._on_the_way.append((time.monotonic() + self._delay, out, data, address))

    def _towards(self, client: Address) -> socket.socket:
        if client not in self._behind:
            self._behind[client] = opened()
            self._selector.register(self._behind[client], selectors.EVENT_READ, client)
        return self._behind[client]


if __name__ == "__main__":
    Line(int(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3]) / 2, float(sys.argv[4]) / 2).run()

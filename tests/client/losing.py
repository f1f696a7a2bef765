"""A way to the server on which answers get lost: the server has done what was asked, the caller does not hear of it."""

from __future__ import annotations

import contextlib
import re
import socket
import socketserver
import threading
from collections.abc import Iterator
from urllib.parse import urlsplit

LOST = b""


def received(connection: socket.socket) -> bytes:
    """One whole request."""
    held = b""
    while b"\r\n\r\n" not in held:
        held += connection.recv(65536)
    head = held.partition(b"\r\n\r\n")[0]
    told = re.search(rb"(?i)content-length: (\d+)", head)
    while len(held) < len(head) + 4 + (int(told[1]) if told else 0):
        held += connection.recv(65536)
    return held


def answered(url: str, request: bytes) -> bytes:
    """What the server says; the caller said that it closes."""
    parts = urlsplit(url)
    with socket.create_connection((str(parts.hostname), parts.port or 80), 10) as upstream:
        upstream.sendall(request)
        return b"".join(iter(lambda: upstream.recv(65536), b""))


@contextlib.contextmanager
def between(url: str, instead: list[bytes]) -> Iterator[str]:
    """A URL where each request reaches the server, and its answer is replaced by the next of `instead` while there are any."""

    class Handler(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            answer = answered(url, received(self.request))
            self.request.sendall(instead.pop(0) if instead else answer)

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()
        thread.join(10)


@contextlib.contextmanager
def cutting(url: str, cuts: list[bytes], heads: list[bytes]) -> Iterator[str]:
    """A URL where an answer is passed on as it comes, and cut off in the middle where the next of `cuts` appears in it, while there are
    any. `heads` gets the head of each request."""

    class Handler(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            request = received(self.request)
            heads.append(request.partition(b"\r\n\r\n")[0])
            cut, passed, parts = (cuts.pop(0) if cuts else None), b"", urlsplit(url)
            with socket.create_connection((str(parts.hostname), parts.port or 80), 30) as upstream:
                upstream.sendall(request)
                for part in iter(lambda: upstream.recv(65536), b""):
                    before, passed = len(passed), passed + part
                    if cut is not None and cut in passed:
                        self.request.sendall(passed[before : passed.index(cut) + len(cut)])
                        return
                    self.request.sendall(part)

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()
        thread.join(10)

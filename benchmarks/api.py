"""How many calls a second the SES door answers, and moto_server on the same calls: `.venv/bin/python -m benchmarks.api --help`.

Every request is signed by botocore beforehand, so that what is measured is the server; the load comes from one other process with some
keep-alive connections, each of which sends its next request when it has its answer.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

KEY_ID, SECRET = "AKIDBENCHMARK", "a-secret-for-the-benchmark"
BIN = Path(sys.executable).parent


def signed(url: str, method: str, path: str, body: bytes = b"") -> bytes:
    """One request as it goes over the wire."""
    asked = AWSRequest(method, url + path, {"Content-Type": "application/json"}, body or None)
    SigV4Auth(Credentials(KEY_ID, SECRET), "ses", "us-east-1").add_auth(asked)
    headers = {"Host": urlsplit(url).netloc, **dict(asked.headers.items()), "Content-Length": str(len(body))}
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    return f"{method} {path} HTTP/1.1\r\n{lines}\r\n".encode() + body


def answered(wire: socket.socket) -> tuple[int, bool]:
    """Read one answer: its status, and whether the server is done with this connection."""
    held = b""
    while b"\r\n\r\n" not in held:
        held += received(wire)
    head, _, body = held.partition(b"\r\n\r\n")
    fields = dict(line.partition(b":")[::2] for line in head.lower().split(b"\r\n")[1:])
    while len(body) < int(fields[b"content-length"]):
        body += received(wire)
    return int(head[9:12]), fields.get(b"connection", b"").strip() == b"close"


def received(wire: socket.socket) -> bytes:
    part = wire.recv(65536)
    if not part:
        raise ConnectionError
    return part


def caller(where: tuple[str, int], requests: Sequence[bytes], times: list[float], statuses: set[int]) -> None:
    """One connection; where the server closes it after each answer (moto_server does), a new one for each request."""
    wire = socket.create_connection(where)
    for request in requests:
        began = time.perf_counter()
        wire.sendall(request)
        status, over = answered(wire)
        statuses.add(status)
        if over:
            wire.close()
            wire = socket.create_connection(where)
        times.append(time.perf_counter() - began)
    wire.close()


def load(
    where: tuple[str, int], requests: Sequence[bytes], connections: int, told: multiprocessing.Queue[dict[str, object]]
) -> None:
    """All requests, over so many connections; in a process of its own."""
    times: list[float] = []
    statuses: set[int] = set()
    parts = [requests[n::connections] for n in range(connections)]
    threads = [threading.Thread(target=caller, args=(where, part, times, statuses)) for part in parts]
    began = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    took = time.perf_counter() - began
    times.sort()
    told.put(
        {
            "per_second": round(len(requests) / took),
            "p50_ms": round(times[len(times) // 2] * 1000, 2),
            "p99_ms": round(times[len(times) * 99 // 100] * 1000, 2),
            "statuses": sorted(statuses),
        }
    )


def used(pid: int) -> float:
    """CPU seconds that a process has had, which say more than the rate where others use the machine too."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def measured(server: Server, requests: Sequence[bytes], connections: int) -> dict[str, object]:
    """The figures of one kind of call."""
    parts = urlsplit(server.url)
    told: multiprocessing.Queue[dict[str, object]] = multiprocessing.Queue()
    began = used(server.pid)
    given = ((parts.hostname or "", parts.port or 0), requests, connections, told)
    process = multiprocessing.Process(target=load, args=given)
    process.start()
    figures = told.get(timeout=600)
    process.join()
    return figures | {"per_cpu_second": round(len(requests) / (used(server.pid) - began))}


class Server(NamedTuple):
    url: str
    pid: int


@contextmanager
def up(command: Sequence[str], port: int) -> Iterator[Server]:
    """A server as its operator starts it."""
    settings = os.environ | {"UNPEND_ACCESS_KEY": f"{KEY_ID}:{SECRET}"}
    process = subprocess.Popen([*command], env=settings, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        for _ in range(600):
            try:
                socket.create_connection(("127.0.0.1", port)).close()
                break
            except OSError:
                time.sleep(0.1)
        yield Server(f"http://127.0.0.1:{port}", process.pid)
    finally:
        process.terminate()
        process.wait(20)


def figures(server: Server, count: int, connections: int) -> dict[str, object]:
    """Create, get and list, in this order."""
    url = server.url
    names = [f"d{n}.example" for n in range(count)]
    bodies = [json.dumps({"EmailIdentity": name}).encode() for name in names]
    create = [signed(url, "POST", "/v2/email/identities", body) for body in bodies]
    told = {"create": measured(server, create, connections)}
    get = [signed(url, "GET", f"/v2/email/identities/{name}") for name in names[:200]] * (count // 100)
    told["get"] = measured(server, get, connections)
    listing = signed(url, "POST", "/v2/email/list-identities", b'{"PageSize":100}')
    told["list_of_100"] = measured(server, [listing] * (count // 4), connections)
    return told


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--count", type=int, default=4000)
    options.add_argument("--connections", type=int, default=16)
    options.add_argument("--with", dest="servers", nargs="+", default=["unpend", "moto"], choices=["unpend", "moto"])
    options.add_argument("--database", default="", help="another database than a fresh SQLite file")
    options.add_argument("--moto-server", default="moto_server", help="of an environment with moto[server]")
    given = options.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        database = given.database or f"sqlite:///{folder}/unpend.db"
        serve = [str(BIN / "unpend"), "serve", "--listen", "127.0.0.1:8125", "--no-worker", "--database", database]
        commands = {"unpend": (serve, 8125), "moto": ([given.moto_server, "-p", "8126"], 8126)}
        for name in given.servers:
            command, port = commands[name]
            with up(command, port) as server:
                told = figures(server, given.count, given.connections)
            print(json.dumps({name: told}, indent=1))


if __name__ == "__main__":
    main()

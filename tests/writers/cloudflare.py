"""Cloudflare's API v4 as its documentation and dns-lexicon's recordings show it, over real HTTP on loopback."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from requests.adapters import HTTPAdapter

TOKEN = "cf-token-of-the-test"
API = "https://api.cloudflare.com"
Answer = tuple[int, dict[str, Any]]


class Cloudflare:
    """The zones of one account. `refusals`: statuses that the next calls get. `mangles`: what becomes of a content."""

    def __init__(self, *zones: str) -> None:
        self.zones = {f"zone{i}": zone for i, zone in enumerate(zones)}
        self.records: dict[str, dict[str, Any]] = {}
        self.refusals: list[int] = []
        self.mangles: dict[str, str] = {}
        self.calls: list[str] = []
        self._ids = (f"{i:032x}" for i in count(1))

    def answer(self, method: str, path: str, query: dict[str, str], body: Any, token: str) -> Answer:
        """One call."""
        self.calls.append(f"{method} {path}")
        if self.refusals:
            status = self.refusals.pop(0)
            return status, error(10000, f"slow down, {token}")
        if token != f"Bearer {TOKEN}":
            return 403, error(9109, "Invalid access token")
        parts = path.removeprefix("/client/v4/zones").strip("/").split("/")
        if parts == [""]:
            return 200, listing([{"id": id_, "name": name} for id_, name in self.zones.items()])
        if method == "GET" and len(parts) == 2:
            wanted = {key: query[key] for key in ("type", "name", "content") if key in query}
            return 200, listing([r for r in self.records.values() if wanted.items() <= r.items()])
        if method == "POST":
            return self._created(body)
        held = self.records.get(parts[2])
        if held is None:
            return 404, error(81044, "Record does not exist.")
        if method == "DELETE":
            del self.records[parts[2]]
        return 200, {"success": True, "result": held}

    def _created(self, body: dict[str, Any]) -> Answer:
        record = {key: body[key] for key in ("type", "name", "content", "ttl", "priority") if body.get(key) is not None}
        record["content"] = self.mangles.get(record["content"], record["content"])
        at = [r for r in self.records.values() if r["name"] == record["name"]]
        if any((r["type"], r["content"]) == (record["type"], record["content"]) for r in at):
            return 400, error(81058, "An identical record already exists.")
        if any("CNAME" in {r["type"], record["type"]} for r in at):
            return 400, error(81053, "An A, AAAA, or CNAME record with that host already exists.")
        if record["type"] == "MX" and "priority" not in record:
            return 400, error(9100, "No priority is present for a MX or SRV record.")
        record["id"] = next(self._ids)
        self.records[record["id"]] = record
        return 200, {"success": True, "result": record}


def listing(rows: list[dict[str, Any]]) -> dict[str, Any]:
    return {"success": True, "result": rows, "result_info": {"page": 1, "total_pages": 1}}


def error(code: int, message: str) -> dict[str, Any]:
    return {"success": False, "result": None, "errors": [{"code": code, "message": message}]}


def _handler(cloud: Cloudflare) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def _any(self) -> None:
            url = urlsplit(self.path)
            body = json.loads(self.rfile.read(int(self.headers.get("Content-Length", 0))) or b"{}")
            token = self.headers.get("Authorization", "")
            status, told = cloud.answer(self.command, url.path, dict(parse_qsl(url.query)), body, token)
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.end_headers()
            self.wfile.write(json.dumps(told).encode())

        do_GET = do_POST = do_DELETE = do_PUT = _any  # noqa: N815

        def log_message(self, *arguments: Any) -> None:
            pass

    return Handler


@contextmanager
def serving(cloud: Cloudflare) -> Iterator[None]:
    """Calls to Cloudflare's address reach this account: the transport is turned to loopback, nothing else is touched."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(cloud))
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    send = HTTPAdapter.send

    def turned(self: HTTPAdapter, request: Any, *arguments: Any, **named: Any) -> Any:
        assert request.url.startswith(API), request.url
        request.url = request.url.replace(API, f"http://127.0.0.1:{server.server_port}", 1)
        return send(self, request, *arguments, **named)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(HTTPAdapter, "send", turned)
        yield
    server.shutdown()
    thread.join()
    server.server_close()

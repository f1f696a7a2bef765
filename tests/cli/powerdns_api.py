"""PowerDNS's HTTP API in front of a lab's zone, with the troubles that an API has: refuses, hangs, does not publish."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import dns.name
import dns.rdatatype
import dns.rrset

from unpend.lab import Lab

KEY = "pdns-key-of-the-test"
ZONE = "example.com."


class PowerDnsApi:
    """`fails_at`, `hangs_at`: the number of the write that is refused, or done without an answer. `publishes`: into the lab."""

    def __init__(self, lab: Lab) -> None:
        self._lab = lab
        self._zone = lab._world.zones[ZONE.rstrip(".")][0]
        self.sets: dict[tuple[str, str], tuple[int, list[str]]] = {}
        for name, sets in self._zone.nodes.items():
            for rrset in sets:
                key = (str(name), dns.rdatatype.to_text(rrset.rdtype))
                self.sets[key] = (rrset.ttl, [rdata.to_text() for rdata in rrset])
        self.writes = 0
        self.fails_at = self.hangs_at = 0
        self.does_before_it_hangs = True
        self.publishes = True
        self.hanging = threading.Event()
        self.released = threading.Event()
        self.url = ""

    def answer(self, method: str, path: str, body: Any, key: str) -> tuple[int, Any]:
        url = urlsplit(path)
        if key != KEY:
            return 401, {"error": "Unauthorized"}
        if not url.path.endswith(f"/servers/localhost/zones/{ZONE}"):
            return 404, {"error": "Not Found"}
        if method == "GET":
            asked = parse_qs(url.query)
            name, type_ = asked["rrset_name"][0], asked["rrset_type"][0]
            ttl, values = self.sets.get((name, type_), (0, []))
            records = [{"content": value, "disabled": False} for value in values]
            return 200, {"rrsets": [{"name": name, "type": type_, "ttl": ttl, "records": records}] if values else []}
        self.writes += 1
        if self.writes == self.fails_at:
            return 500, {"error": "backend is down"}
        if self.writes != self.hangs_at or self.does_before_it_hangs:
            self._write(body["rrsets"][0])
        if self.writes == self.hangs_at:
            self.hanging.set()
            self.released.wait(60)
        return 204, None

    def _write(self, told: dict[str, Any]) -> None:
        key = (told["name"], told["type"])
        self.sets.pop(key, None)
        if told["changetype"] == "REPLACE":
            self.sets[key] = (told["ttl"], [record["content"] for record in told["records"]])
        if self.publishes:
            self._publish(*key)

    def _publish(self, name: str, type_: str) -> None:
        owner = dns.name.from_text(name)
        self._zone.remove(owner, dns.rdatatype.from_text(type_))
        if (name, type_) in self.sets:
            ttl, values = self.sets[name, type_]
            self._zone.add(dns.rrset.from_text_list(owner, ttl, "IN", type_, values))
        self._lab.flush()

    @property
    def settings(self) -> dict[str, str]:
        return {"PDNS_API_URL": self.url, "PDNS_API_KEY": KEY}


class Patient(ThreadingHTTPServer):
    """Who was interrupted does not read the answer."""

    daemon_threads = True

    def handle_error(self, *_: Any) -> None:
        pass


@contextmanager
def powerdns_api(lab: Lab) -> Iterator[PowerDnsApi]:
    """The API of the lab's zone on loopback."""
    api = PowerDnsApi(lab)

    class Handler(BaseHTTPRequestHandler):
        def _any(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers.get("Content-Length", 0))) or b"null")
            status, told = api.answer(self.command, self.path, body, self.headers.get("X-API-Key", ""))
            self.send_response(status)
            self.end_headers()
            if told is not None:
                self.wfile.write(json.dumps(told).encode())

        do_GET = do_PATCH = _any  # noqa: N815

        def log_message(self, *arguments: Any) -> None:
            pass

    server = Patient(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    api.url = f"http://127.0.0.1:{server.server_port}"
    yield api
    api.released.set()
    server.shutdown()
    thread.join()
    server.server_close()

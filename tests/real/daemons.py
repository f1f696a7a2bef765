"""Real name servers, each started for a test on loopback addresses at port 53 and stopped with it."""

from __future__ import annotations

import contextlib
import ctypes
import json
import os
import shutil
import signal
import sqlite3
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import dns.exception
import dns.flags
import dns.message
import dns.query
import dns.rdatatype
import dns.rrset
import dns.zonefile
import pytest

Zones = dict[str, str]
PORT = 53
PATIENCE = 30.0
PACKAGES = {
    "named": "bind9",
    "knotd": "knot",
    "nsd": "nsd",
    "unbound": "unbound",
    "ip": "iproute2",
    "pdns_server": "pdns-server",
}


def needed(program: str) -> str:
    """The program's path; skips the test loudly where it is missing, and fails in CI."""
    path = shutil.which(program, path=os.environ["PATH"] + ":/usr/sbin:/sbin")
    if path is None:
        told = f"{program} is missing (Debian: apt install {PACKAGES[program]}); `./dev test` as root installs it"
        (pytest.fail if os.environ.get("CI") else pytest.skip)(told)
    if os.geteuid() != 0:
        pytest.skip("port 53 on loopback needs root")
    return str(path)


def end_with_parent() -> None:
    """Linux kills the server when the test that started it dies, however it dies (prctl PR_SET_PDEATHSIG)."""
    ctypes.CDLL(None).prctl(1, signal.SIGKILL)


class Daemon:
    """A running server. Subclasses say how it is configured."""

    program = ""

    def __init__(self, folder: Path, addresses: Sequence[str]) -> None:
        self.path = needed(self.program)
        self.folder = folder
        self.addresses = tuple(addresses)
        folder.mkdir(parents=True, exist_ok=True)
        self._process: subprocess.Popen[bytes] | None = None

    def command(self) -> list[str]:
        raise NotImplementedError

    def run(self) -> None:
        self._log = (self.folder / "log").open("wb")
        self._process = subprocess.Popen(
            self.command(),
            cwd=self.folder,
            stdin=subprocess.DEVNULL,
            stdout=self._log,
            stderr=subprocess.STDOUT,
            preexec_fn=end_with_parent,
        )

    def signal(self, number: signal.Signals) -> None:
        assert self._process
        self._process.send_signal(number)

    def stop(self) -> None:
        if self._process is None:
            return
        self._process.terminate()
        try:
            self._process.wait(3)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._log.close()

    def complaint(self, what: str) -> str:
        return f"{self.program}: {what}\n{(self.folder / 'log').read_text(errors='replace')[-3000:]}"

    def alive(self) -> bool:
        return self._process is not None and self._process.poll() is None


class Authoritative(Daemon):
    """An authoritative server of some zones."""

    def serve(self, zones: Zones) -> None:
        """Load the zones and wait until every address answers with their serials."""
        for apex, text in zones.items():
            self.file(apex).write_text(text)
        if self._process is None:
            (self.folder / "conf").write_text(self.configuration(list(zones)))
            self.run()
        else:
            self.signal(signal.SIGHUP)
        self._wait(zones)

    def file(self, apex: str) -> Path:
        return self.folder / f"{apex.rstrip('.')}.zone"

    def configuration(self, apexes: list[str]) -> str:
        raise NotImplementedError

    def _wait(self, zones: Zones) -> None:
        until = time.monotonic() + PATIENCE
        wanted = [(a, apex, serial_in(text)) for apex, text in zones.items() for a in self.addresses]
        while wanted:
            if not self.alive() or time.monotonic() > until:
                raise AssertionError(self.complaint(f"does not serve {wanted[0]}"))
            wanted = [(a, apex, serial) for a, apex, serial in wanted if serial_at(a, apex) != serial]
            time.sleep(0.02)


def loopback(what: str, address: str) -> None:
    """Give the loopback interface an address, or take it away."""
    subprocess.run([needed("ip"), "addr", what, f"{address}/32", "dev", "lo"], check=False, capture_output=True)


def serial_in(text: str) -> int:
    line = next(line.split() for line in text.splitlines() if " SOA " in line and "RRSIG" not in line)
    return int(line[line.index("SOA") + 3])


def serial_at(address: str, apex: str) -> int:
    """The serial that a server shows, or -1."""
    with contextlib.suppress(OSError, dns.exception.DNSException):
        answer = dns.query.udp(dns.message.make_query(apex, "SOA"), address, timeout=0.3, port=PORT)
        found = [r for rrset in answer.answer if rrset.rdtype == dns.rdatatype.SOA for r in rrset]
        return int(found[0].serial) if found else -1
    return -1


class Bind(Authoritative):
    """BIND 9. It listens only on addresses that an interface has, so the loopback interface gets them for the test."""

    program = "named"

    def run(self) -> None:
        for address in self.addresses:
            loopback("add", address)
        super().run()

    def stop(self) -> None:
        super().stop()
        for address in self.addresses:
            loopback("del", address)

    def configuration(self, apexes: list[str]) -> str:
        listen = " ".join(f"{a};" for a in self.addresses)
        zones = "\n".join(f'zone "{a}" {{ type primary; file "{self.file(a)}"; check-names ignore; }};' for a in apexes)
        return f"""
options {{ directory "{self.folder}"; listen-on port {PORT} {{ {listen} }}; listen-on-v6 {{ none; }}; recursion no;
  pid-file none; session-keyfile none; allow-transfer {{ none; }}; dnssec-validation no; notify no; }};
controls {{ }};
{zones}
"""

    def command(self) -> list[str]:
        return [self.path, "-4", "-g", "-n", "1", "-c", str(self.folder / "conf")]


class Knot(Authoritative):
    """Knot DNS."""

    program = "knotd"

    def configuration(self, apexes: list[str]) -> str:
        listen = ", ".join(f"{a}@{PORT}" for a in self.addresses)
        zones = "\n".join(f'  - domain: "{a}"\n    file: "{self.file(a)}"' for a in apexes)
        return f"""
server:
  rundir: "{self.folder}"
  listen: [ {listen} ]
  udp-workers: 1
  tcp-workers: 1
  background-workers: 1
database:
  storage: "{self.folder}"
log:
  - target: stdout
    any: info
template:
  - id: default
    semantic-checks: off
    zonefile-load: whole
    journal-content: none
zone:
{zones}
"""

    def command(self) -> list[str]:
        return [self.path, "-c", str(self.folder / "conf")]


class Nsd(Authoritative):
    """NSD, its response rate limit off."""

    program = "nsd"

    def configuration(self, apexes: list[str]) -> str:
        listen = "\n".join(f"  ip-address: {a}@{PORT}" for a in self.addresses)
        zones = "\n".join(f'zone:\n  name: "{a}"\n  zonefile: "{self.file(a)}"' for a in apexes)
        return f"""
server:
{listen}
  username: ""
  chroot: ""
  zonesdir: "{self.folder}"
  database: ""
  pidfile: "{self.folder}/pid"
  xfrdfile: "{self.folder}/xfrd"
  xfrdir: "{self.folder}"
  zonelistfile: "{self.folder}/zones"
  server-count: 1
  rrl-ratelimit: 0
  zonefiles-check: yes
remote-control:
  control-enable: no
{zones}
"""

    def command(self) -> list[str]:
        return [self.path, "-d", "-c", str(self.folder / "conf")]


TSIG = ("unpend-test", "c2VjcmV0IG9mIHRoZSB0ZXN0cyBhbG9uZSE9")


class UpdatableBind(Bind):
    """BIND that takes dynamic updates (RFC 2136) signed with the tests' key."""

    def configuration(self, apexes: list[str]) -> str:
        key = f'key "{TSIG[0]}" {{ algorithm hmac-sha256; secret "{TSIG[1]}"; }};'
        plain = super().configuration(apexes)
        plain = plain.replace("allow-transfer { none; }", "allow-transfer { any; }")
        return key + plain.replace("check-names ignore;", f'check-names ignore; allow-update {{ key "{TSIG[0]}"; }};')


class UpdatableKnot(Knot):
    """Knot DNS that takes dynamic updates signed with the tests' key."""

    def configuration(self, apexes: list[str]) -> str:
        key = f"key:\n  - id: {TSIG[0]}\n    algorithm: hmac-sha256\n    secret: {TSIG[1]}\n"
        acl = f"acl:\n  - id: writer\n    key: {TSIG[0]}\n    action: update\n"
        acl += "  - id: reader\n    address: 127.0.0.0/8\n    action: transfer\n"
        plain = super().configuration(apexes)
        return plain.replace("template:\n", key + acl + "template:\n").replace(
            "journal-content: none", "journal-content: none\n    acl: [ writer, reader ]"
        )


class PowerDns(Authoritative):
    """PowerDNS on SQLite with its HTTP API, its caches off. Zones are loaded through the API."""

    program = "pdns_server"
    key = "key-of-the-tests"
    schemas = (Path("/usr/share/pdns-backend-sqlite3/schema"), Path("/usr/share/doc/pdns-backend-sqlite3"))

    def serve(self, zones: Zones) -> None:
        if self._process is None:
            self.start()
        for apex, text in zones.items():
            self.called("DELETE", f"/{apex}")
            read = dns.zonefile.read_rrsets(text, rdclass=None, origin=apex, relativize=False)
            assert self.called("POST", "", {"name": apex, "kind": "Native", "rrsets": [*map(_as_rrset, read)]}), apex
        until = time.monotonic() + PATIENCE
        while any(serial_at(address, apex) < 0 for apex in zones for address in self.addresses):
            if not self.alive() or time.monotonic() > until:
                raise AssertionError(self.complaint("does not serve its zones"))
            time.sleep(0.02)

    @property
    def url(self) -> str:
        return f"http://{self.addresses[0]}:8081"

    def start(self) -> None:
        schema = next(path for folder in self.schemas for path in folder.glob("schema.sqlite3.sql"))
        with contextlib.closing(sqlite3.connect(self.folder / "db")) as database:
            database.executescript(schema.read_text())
        (self.folder / "pdns.conf").write_text(f"""
launch=gsqlite3
gsqlite3-database={self.folder}/db
local-address={",".join(self.addresses)}
local-port={PORT}
socket-dir={self.folder}
api=yes
api-key={self.key}
webserver=yes
webserver-address={self.addresses[0]}
webserver-allow-from=127.0.0.0/8
allow-axfr-ips=127.0.0.0/8
cache-ttl=0
query-cache-ttl=0
negquery-cache-ttl=0
zone-cache-refresh-interval=0
daemon=no
guardian=no
security-poll-suffix=
""")
        self.run()
        until = time.monotonic() + PATIENCE
        while self.called("GET", "") is None:
            if not self.alive() or time.monotonic() > until:
                raise AssertionError(self.complaint("its API does not answer"))
            time.sleep(0.05)

    def command(self) -> list[str]:
        return [self.path, f"--config-dir={self.folder}"]

    def called(self, method: str, path: str, body: object = None) -> Any:
        """One call of the API; None where it does not answer."""
        data = None if body is None else json.dumps(body).encode()
        url = f"{self.url}/api/v1/servers/localhost/zones{path}"
        request = urllib.request.Request(url, data, {"X-API-Key": self.key}, method=method)
        try:
            with urllib.request.urlopen(request, timeout=5) as answer:
                return json.loads(answer.read() or "{}")
        except (ConnectionError, urllib.error.URLError):
            return None


def _as_rrset(rrset: dns.rrset.RRset) -> dict[str, Any]:
    """A record set as PowerDNS's API takes it."""
    records = [{"content": rdata.to_text(), "disabled": False} for rdata in rrset]
    type_ = dns.rdatatype.to_text(rrset.rdtype)
    return {"name": rrset.name.to_text(), "type": type_, "ttl": rrset.ttl, "records": records}


class Unbound(Daemon):
    """A recursive resolver that starts at the lab's root, validating where there is a trust anchor."""

    program = "unbound"

    def start(self, root_hints: str, trust_anchor: str) -> None:
        (self.folder / "root.hints").write_text(root_hints)
        validation = f'module-config: "validator iterator"\n  trust-anchor: "{trust_anchor}"'
        (self.folder / "conf").write_text(f"""
server:
  interface: {self.addresses[0]}
  port: {PORT}
  do-daemonize: no
  use-syslog: no
  logfile: ""
  username: ""
  chroot: ""
  directory: "{self.folder}"
  pidfile: "{self.folder}/pid"
  root-hints: "{self.folder}/root.hints"
  do-not-query-localhost: no
  do-ip6: no
  access-control: 127.0.0.0/8 allow
  local-zone: "test." nodefault
  ede: yes
  {validation if trust_anchor else 'module-config: "iterator"'}
remote-control:
  control-enable: no
""")
        self.run()
        until = time.monotonic() + PATIENCE
        while serial_at(self.addresses[0], ".") < 0:
            if not self.alive() or time.monotonic() > until:
                raise AssertionError(self.complaint("does not answer"))
            time.sleep(0.02)

    def command(self) -> list[str]:
        return [self.path, "-d", "-c", str(self.folder / "conf")]

    def ask(self, name: str, type_: str) -> dns.message.Message:
        """One question, so that it remembers the answer."""
        return dns.query.udp(dns.message.make_query(name, type_), self.addresses[0], timeout=5, port=PORT)


KINDS: tuple[type[Authoritative], ...] = (Bind, Knot, Nsd)


@contextlib.contextmanager
def stopping(daemons: list[Daemon]) -> Iterator[None]:
    """Stops whatever was started, whatever happens."""
    try:
        yield
    finally:
        for daemon in daemons:
            daemon.stop()

"""What the engine's benchmark works on: identities that are due, and NSD with the records of all of them."""

from __future__ import annotations

import contextlib
import shutil
import subprocess
import tempfile
import time
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import dns.exception
import dns.message
import dns.query
from sqlalchemy import insert, text

from unpend.engine.opening import Installation
from unpend.engine.tokens import dkim_tokens
from unpend.model.identity import Attributes, IdentityKey, Signing
from unpend.store import tables
from unpend.store.rows import shard_of, text_of

ACCOUNTS = 50


def keys(count: int) -> Iterator[IdentityKey]:
    """Domains of many accounts."""
    return (IdentityKey(str(n % ACCOUNTS), "us-east-1", f"d{n}.example") for n in range(count))


def fill(made: Installation, count: int, chunk: int = 10_000) -> None:
    """Identities that are pending, and due tomorrow."""
    now = made.clock.now()
    rows = []
    for number, key in enumerate(keys(count), 1):
        signing = Signing(tokens=dkim_tokens(made.secret, key), zone="dkim.amazonses.com.", key_generated_at=now)
        rows.append((number, key, text_of(Attributes(signing))))
        if len(rows) == chunk or number == count:
            write(made, rows, now)
            rows = []
    if not made.database.sqlite:
        with made.database.writing() as connection:
            connection.execute(text("SELECT setval(pg_get_serial_sequence('identity', 'id'), :n)"), {"n": count})
        with made.database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("VACUUM ANALYZE"))


def write(made: Installation, rows: Sequence[tuple[int, IdentityKey, str]], now: float) -> None:
    """One chunk of identities and their schedule."""
    standing = {"state": 1, "since": now, "deadline": now + 259200}
    idle = {"state": 0, "since": now, "deadline": None}
    machines = {"ownership": standing, "dkim": standing, "mail_from": idle}
    columns = {f"{m}_{part}": value for m, told in machines.items() for part, value in told.items()}
    with made.database.writing() as connection:
        fixed = {"kind": 0, "created_at": now, "version": 0, "error_type": "", "picture": "", **columns}
        connection.execute(
            insert(tables.identity),
            [
                {"id": n, "uid": str(uuid.uuid4()), "account": k.account, "region": k.region, "name": k.name}
                | {"attributes": told, **fixed}
                for n, k, told in rows
            ],
        )
        due = {"due_at": now + 86400, "rev": 0, "attempt": 0}
        connection.execute(insert(tables.schedule), [{"id": n, "shard": shard_of(k), **due} for n, k, _ in rows])


@contextmanager
def nsd(made: Installation, count: int, port: int) -> Iterator[None]:
    """NSD with the CNAMEs of all identities, on one core."""
    folder = Path(tempfile.mkdtemp(prefix="unpend-nsd-"))
    with (folder / "example.zone").open("w") as zone:
        zone.write("$ORIGIN example.\n$TTL 300\n@ SOA ns. admin. 1 60 60 60 60\n@ NS ns.\n")
        for key in keys(count):
            name = key.name.removesuffix(".example")
            for token in dkim_tokens(made.secret, key):
                zone.write(f"{token}._domainkey.{name} CNAME {token}.dkim.amazonses.com.\n")
    (folder / "nsd.conf").write_text(
        f'server:\n  ip-address: 127.0.0.1@{port}\n  port: {port}\n  username: ""\n  zonesdir: "{folder}"\n  chroot: ""\n'
        f'  pidfile: "{folder}/nsd.pid"\n  xfrdfile: ""\n  zonelistfile: "{folder}/zone.list"\n  server-count: 1\n  rrl-ratelimit: 0\n'
        f"remote-control:\n  control-enable: no\nzone:\n  name: example\n  zonefile: example.zone\n"
    )
    path = shutil.which("nsd", path="/usr/sbin:/sbin:/usr/bin")
    assert path, "NSD is not installed"
    daemon = subprocess.Popen([path, "-d", "-c", str(folder / "nsd.conf")])
    try:
        _answering(port)
        yield
    finally:
        daemon.terminate()
        daemon.wait()
        shutil.rmtree(folder)


def _answering(port: int) -> None:
    """Wait until the zone is loaded."""
    question = dns.message.make_query("example.", "SOA")
    for _ in range(600):
        with contextlib.suppress(dns.exception.DNSException, OSError):
            if dns.query.udp(question, "127.0.0.1", port=port, timeout=0.2).answer:
                return
        time.sleep(0.1)
    raise SystemExit("NSD does not answer")

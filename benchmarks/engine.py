"""How many due identities a second the engine answers: `.venv/bin/python -m benchmarks.engine --help`.

`--dns none` answers every look from memory: what is measured is reading, judging and committing. `--dns HOST:PORT` asks
a real name server, `--serve` starts NSD for that with the records of all identities.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import multiprocessing
import resource
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

from unpend.engine.deep import DnsFlags
from unpend.engine.demands import Demand
from unpend.engine.local import LocalEngine
from unpend.engine.looking import Answers, Quick, QuickLook, bulk_settings
from unpend.engine.opening import Installation, open_installation
from unpend.engine.tokens import dkim_tokens
from unpend.engine.works import Works
from unpend.model.identity import Attributes, IdentityKey, Signing
from unpend.observer.bulk.judge import ABSENT
from unpend.observer.bulk.subject import RIGHT
from unpend.observer.settings import Resolver
from unpend.store import tables
from unpend.store.rows import shard_of, text_of

ACCOUNTS = 50


def keys(count: int) -> Iterator[IdentityKey]:
    """Domains of many accounts."""
    return (IdentityKey(str(n % ACCOUNTS), "us-east-1", f"d{n}.example") for n in range(count))


def fill(made: Installation, count: int, chunk: int = 10_000) -> None:
    """Identities that are pending and due now."""
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
        due = {"due_at": now, "rev": 0, "attempt": 0}
        connection.execute(insert(tables.schedule), [{"id": n, "shard": shard_of(k), **due} for n, k, _ in rows])


def from_memory(right: bool) -> Quick:
    """Every record is as it ought to be (every identity changes its state), or missing (none does)."""
    told = RIGHT if right else ABSENT

    async def quick(demands: Sequence[Demand]) -> list[Answers]:
        return [(told,) * len(demand.records) for demand in demands]

    return quick


def work(url: str, dns: str, batch: int, right: bool, until: int) -> None:
    """One worker process: until nothing is due."""
    made = open_installation(url)
    quick = from_memory(right)
    if dns != "none":
        host, _, port = dns.rpartition(":")
        quick = QuickLook(bulk_settings([Resolver(host, int(port))], 1.0))
    works = Works(made.store, made.clock, quick, DnsFlags(), batch=batch)

    async def run() -> None:
        engine = LocalEngine(works, tick=0.02)
        engine.diagnoses_at_once = 0
        task = asyncio.create_task(engine.run())
        while left(made, until):
            await asyncio.sleep(0.2)
        engine.stop()
        await task

    asyncio.run(run())
    used = resource.getrusage(resource.RUSAGE_SELF)
    told = {"looked": works.tally.looked, "late": works.tally.late, "transitions": works.tally.transitions}
    print(
        json.dumps(told | {"cpu_s": round(used.ru_utime + used.ru_stime, 1), "rss_mb": used.ru_maxrss // 1024}),
        flush=True,
    )
    works.close()
    made.close()


def left(made: Installation, until: int) -> bool:
    """Whether anything has not been looked at yet."""
    with made.database.reading() as connection:
        return (
            connection.execute(text("SELECT 1 FROM schedule WHERE rev < :until LIMIT 1"), {"until": until}).first()
            is not None
        )


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
        f'  pidfile: "{folder}/nsd.pid"\n  xfrdfile: ""\n  zonelistfile: "{folder}/zone.list"\n  server-count: 1\n'
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


def main() -> None:
    """Fill, work, tell."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--database", default="")
    parser.add_argument("--count", type=int, default=100_000)
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--batch", type=int, default=1000)
    parser.add_argument("--dns", default="none")
    parser.add_argument("--serve", action="store_true")
    parser.add_argument("--missing", action="store_true", help="no record is there: nothing changes its state")
    given = parser.parse_args()
    folder = tempfile.mkdtemp(prefix="unpend-bench-")
    url = given.database or f"sqlite:///{folder}/unpend.db"
    made = open_installation(url)
    fill(made, given.count)
    server = nsd(made, given.count, 5399) if given.serve else contextmanager(lambda: iter([None]))()
    dns = "127.0.0.1:5399" if given.serve else given.dns
    with server:
        started = time.perf_counter()
        told = (url, dns, given.batch, not given.missing, 1)
        processes = [multiprocessing.Process(target=work, args=told) for _ in range(given.workers)]
        for each in processes:
            each.start()
        for each in processes:
            each.join()
        took = time.perf_counter() - started
    print(f"{given.count} identities, {given.workers} worker(s): {took:.1f} s, {given.count / took:,.0f} a second")
    made.close()
    shutil.rmtree(folder)


if __name__ == "__main__":
    multiprocessing.set_start_method("spawn")
    main()

"""`./dev bench scan-deep`: the deep step of a scan alone: the whole diagnosis of the broken 20 %, domains a second.

One NSD on the second core, the diagnoses (what one process of a scan does) on the first. Three quarters of the broken
domains have no record, one quarter points elsewhere, as in `scan-command`. Two worlds: `one zone` is that of
`scan-command`, where all domains live in one zone and no resolver is asked; in `own zones` each domain is a zone of its
own with two name servers and the usual neighbours, and a resolver is asked too (NSD, which answers for it from memory).
"""

from __future__ import annotations

import asyncio
import json
import os
import resource
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.scan import cores
from benchmarks.scan_command import tokens

BROKEN = int(os.environ.get("UNPEND_BENCH_BROKEN", "600"))
PROMISED = 300
PORT = 5393
CLIENT, SERVER = cores()
SERVERS = ("127.0.0.1", "127.0.0.2")
RESOLVER = "127.0.0.3"
KEY = '"v=DKIM1; k=rsa; p=MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEA" "' + "k" * 200 + 'QIDAQAB"'
OPTIONS = """
server:
  username: ""
  chroot: ""
  zonesdir: "{folder}"
  database: ""
  pidfile: "{folder}/pid"
  xfrdfile: "{folder}/xfrd"
  xfrdir: "{folder}"
  zonelistfile: "{folder}/zones"
  server-count: 1
  rrl-ratelimit: 0
  minimal-responses: yes
remote-control:
  control-enable: no
"""
APEX = "$ORIGIN {zone}\n$TTL 300\n@ SOA ns1.com. a.com. 1 3600 600 86400 300\n@ NS ns1.com.\n@ NS ns2.com.\n"
ADDRESSES = "ns1.com. A 127.0.0.1\nns2.com. A 127.0.0.2\n"
ROOT = f"{ADDRESSES}com. NS ns1.com.\ncom. NS ns2.com.\n"


def entries(number: int) -> list[str]:
    """What is published of one broken domain, relative to it: nothing, or another target."""
    wrong = number % 4 == 3
    return [f"{token}._domainkey CNAME elsewhere.mailer.net." for token in tokens(number)] if wrong else []


def one_zone() -> dict[str, str]:
    """The world of `scan-command`: a domain without records does not exist at all."""
    lines = [
        line.replace("._domainkey ", f"._domainkey.d{number} ") for number in range(BROKEN) for line in entries(number)
    ]
    return {"com.": APEX.format(zone="com.") + ADDRESSES + "\n".join(lines) + "\n"}


def own_zones() -> dict[str, str]:
    """Every domain a zone of its own, with a site and mail; the keys of the provider stand where they belong."""
    delegations = "".join(f"d{n} NS ns1.com.\nd{n} NS ns2.com.\n" for n in range(BROKEN))
    zones = {"com.": APEX.format(zone="com.") + ADDRESSES + delegations}
    zones["."] = APEX.format(zone=".") + ROOT
    zones["amazonses.com."] = APEX.format(zone="amazonses.com.") + f"*.dkim TXT {KEY}\n"
    for number in range(BROKEN):
        usual = '@ A 192.0.2.1\nwww A 192.0.2.1\n@ MX 10 mail\nmail A 192.0.2.2\n@ TXT "v=spf1 mx -all"\n'
        apex = APEX.format(zone=f"d{number}.com.")
        zones[f"d{number}.com."] = apex + usual + "\n".join(entries(number)) + "\n"
    return zones


@contextmanager
def server(folder: Path, zones: dict[str, str]) -> Iterator[None]:
    """NSD with these zones, until it answers."""
    from benchmarks import scan

    options = OPTIONS.format(folder=folder)
    for address in (*SERVERS, RESOLVER):
        options = options.replace("server:\n", f"server:\n  ip-address: {address}@{PORT}\n", 1)
    for number, (zone, text) in enumerate(zones.items()):
        (folder / f"zone{number}").write_text(text)
        options += f'zone:\n  name: "{zone}"\n  zonefile: "zone{number}"\n'
    (folder / "nsd.conf").write_text(options)
    scan.PORT, scan.ZONE = PORT, "com."
    path = os.environ["PATH"] + ":/usr/sbin"
    command = [*SERVER, "nsd", "-d", "-c", str(folder / "nsd.conf")]
    with subprocess.Popen(command, stderr=subprocess.DEVNULL, env={**os.environ, "PATH": path}) as process:
        try:
            scan.wait_for_answers()
            yield
        finally:
            process.terminate()


def rows() -> bytes:
    """The broken domains as a segment of a scan."""
    return json.dumps(
        [{"line": n + 1, "fields": {"domain": f"d{n}.com", "tokens": " ".join(tokens(n))}} for n in range(BROKEN)]
    ).encode()


async def diagnosed(resolvers: tuple[str, ...], hints: str) -> bytes:
    """What one diagnosing process of a scan makes of them."""
    from unpend.engine.scan.judge import Judge
    from unpend.engine.scan.settings import ScanSettings
    from unpend.observer.session import Session

    async with Session() as session:
        judge = Judge(ScanSettings(resolvers=resolvers, root_hints=hints, port=PORT, look="none"), session)
        return await judge.judged(rows())


def measured(title: str, zones: dict[str, str], resolvers: tuple[str, ...], hints: str) -> None:
    """One line: domains a second by the clock and by CPU, and what was found."""
    with TemporaryDirectory() as name, server(Path(name), zones):
        run(diagnosed, resolvers, hints, warm=True)
        seconds, cpu, results = run(diagnosed, resolvers, hints)
    found = Counter(json.loads(line)["cause"] for line in results.splitlines())
    print(
        f"{title:10} {BROKEN / seconds:7,.0f} domains/s [{'kept' if BROKEN / seconds >= PROMISED else 'MISSED'}: {PROMISED}] "
        f"{cpu / BROKEN * 1e3:6.2f} ms of CPU a domain  {dict(found)}",
        flush=True,
    )


def run(work: object, resolvers: tuple[str, ...], hints: str, warm: bool = False) -> tuple[float, float, bytes]:
    """Seconds, CPU seconds and the results. To be warm is to have everything imported, nothing else."""
    global BROKEN
    kept, BROKEN = BROKEN, 4 if warm else BROKEN
    started, before = time.perf_counter(), resource.getrusage(resource.RUSAGE_SELF)
    try:
        results = asyncio.run(diagnosed(resolvers, hints))
    finally:
        BROKEN = kept
    after = resource.getrusage(resource.RUSAGE_SELF)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return time.perf_counter() - started, cpu, results


def main() -> None:
    """Both worlds."""
    os.environ["UNPEND_DEBUG"] = "1"
    os.sched_setaffinity(0, {int(CLIENT[-1])})
    hints = f". 3600000 NS ns1.com.\nns1.com. 3600000 A {SERVERS[0]}\n"
    print(json.dumps({"broken": BROKEN, "load": os.getloadavg()[0]}))
    if "own" not in sys.argv:
        measured("one zone", one_zone(), (), hints)
    measured("own zones", own_zones(), (f"{RESOLVER}:{PORT}",), hints)


if __name__ == "__main__":
    main()

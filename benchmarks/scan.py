"""`./dev bench scan`: raw look-ups of very many domains, side by side with the tools one would take instead.

One local name server (NSD, one process) on the second core, one client at a time on the first. The peers are installed
by this command: dnsperf and NSD from Debian, blastdns, pycares and dnspython from PyPI into `.venv-scan-peers`; massdns
is measured where it is on the PATH. Engines take turns, so that a change of the machine's mood meets all of them.
"""

from __future__ import annotations

import json
import os
import re
import resource
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from benchmarks.scan_clients import ADDRESS, RECORDS, ZONE, names, zone_file

DOMAINS = int(os.environ.get("UNPEND_BENCH_DOMAINS", "200000"))
ROUNDS = int(os.environ.get("UNPEND_BENCH_ROUNDS", "3"))
PORT = 5391
PEERS = Path(__file__).parent.parent / ".venv-scan-peers"
CLIENTS = str(Path(__file__).parent / "scan_clients.py")
OURS = ("unpend prepared", "unpend prepared, pure Python", "unpend", "unpend, pure Python")
SLOWER = {"blastdns": 4, "pycares": 4, "dnspython": 40} | dict.fromkeys(OURS, 1)
WINDOWS = {"blastdns": 64, "pycares": 64, "dnspython": 16}

Row = dict[str, Any]


def install() -> None:
    """What is measured against."""
    if os.geteuid() == 0 and shutil.which("apt-get"):
        missing = [p for p in ("dnsperf", "nsd") if not shutil.which(p, path=os.environ["PATH"] + ":/usr/sbin")]
        if missing:
            subprocess.run(["apt-get", "install", "-y", "-qq", *missing], check=False, stdout=subprocess.DEVNULL)
    if not (PEERS / "bin" / "python").exists():
        subprocess.run([sys.executable, "-m", "venv", str(PEERS)], check=True)
        subprocess.run([f"{PEERS}/bin/pip", "install", "-q", "blastdns", "pycares", "dnspython"], check=False)


def cores() -> tuple[list[str], list[str]]:
    """How a command is bound to the client's and to the server's core."""
    able = sorted(os.sched_getaffinity(0))
    return ["taskset", "-c", str(able[0])], ["taskset", "-c", str(able[-1])]


@contextmanager
def server(folder: Path) -> Iterator[None]:
    """NSD with the zone."""
    (folder / "zone").write_text("".join(zone_file(DOMAINS)))
    (folder / "nsd.conf").write_text(f"""
server:
  ip-address: {ADDRESS}@{PORT}
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
zone:
  name: "{ZONE}"
  zonefile: "zone"
""")
    nsd = shutil.which("nsd", path=os.environ["PATH"] + ":/usr/sbin")
    if nsd is None:
        raise SystemExit("NSD is needed: apt install nsd")
    with subprocess.Popen(
        [*cores()[1], nsd, "-d", "-c", str(folder / "nsd.conf")], stderr=subprocess.DEVNULL
    ) as process:
        try:
            wait_for_answers()
            yield
        finally:
            process.terminate()


def wait_for_answers() -> None:
    import dns.exception
    import dns.message
    import dns.query

    for _ in range(600):
        try:
            dns.query.udp(dns.message.make_query(ZONE, "SOA"), ADDRESS, port=PORT, timeout=0.3)
        except (dns.exception.DNSException, OSError):
            time.sleep(0.2)
            continue
        return
    raise SystemExit("NSD did not start")


def client(engine: str, domains: int) -> Row:
    """One run of one engine on the client's core."""
    python = f"{PEERS}/bin/python" if engine in WINDOWS else sys.executable
    environment = {**os.environ, "UNPEND_PURE": "1" if "pure" in engine else ""}
    arguments = [engine.split(",")[0], str(PORT), str(domains), str(WINDOWS.get(engine, 256))]
    done = subprocess.run(
        [*cores()[0], python, CLIENTS, *arguments], stdout=subprocess.PIPE, text=True, env=environment, check=False
    )
    return dict(json.loads(done.stdout)) if done.returncode == 0 else {}


def dnsperf(folder: Path) -> Row:
    """The yardstick: it counts answers and judges nothing."""
    questions = folder / "questions"
    if not questions.exists():
        questions.write_text("".join(f"{name} CNAME\n" for name in names(DOMAINS)))
    command = [
        "dnsperf",
        "-s",
        ADDRESS,
        "-p",
        str(PORT),
        "-d",
        str(questions),
        "-n",
        "1",
        "-q",
        "128",
        "-c",
        "1",
        "-T",
        "1",
    ]
    before = children()
    told = subprocess.run([*cores()[0], *command], stdout=subprocess.PIPE, text=True, check=False).stdout
    figures = dict(re.findall(r"^ *([A-Z][^:\n]*): +([\d.]+)", told, re.MULTILINE))
    completed = int(figures["Queries completed"])
    return {"seconds": float(figures["Run time (s)"]), "names": completed, "found": {}, "cpu": children() - before}


def children() -> float:
    """The CPU seconds of all clients so far; the server is not among them until it ends."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def massdns(folder: Path) -> Row:
    """With its output parsed, as whoever wants a verdict has to."""
    (folder / "resolvers").write_text(f"{ADDRESS}:{PORT}\n")
    (folder / "names").write_text("".join(f"{name}\n" for name in names(DOMAINS)))
    command = [
        "massdns",
        "-r",
        str(folder / "resolvers"),
        "-t",
        "CNAME",
        "-s",
        "64",
        "-o",
        "S",
        "-q",
        str(folder / "names"),
    ]
    wanted, right = names(DOMAINS), 0
    started, before = time.perf_counter(), time.process_time() + children()
    with subprocess.Popen([*cores()[0], *command], stdout=subprocess.PIPE, text=True) as process:
        for line in process.stdout or ():
            owner, _, target = line.split()
            right += wanted.get(owner) == target
    spent = time.process_time() + children() - before
    return {"seconds": time.perf_counter() - started, "names": len(wanted), "found": {"right": right}, "cpu": spent}


PROMISED = {"dnsperf": 0.8, "massdns": 0.9, "blastdns": 3, "pycares": 4, "dnspython": 30}


def one_round(folder: Path) -> dict[str, Row]:
    rows = {"dnsperf": dnsperf(folder)} if shutil.which("dnsperf") else {}
    for engine, slower in SLOWER.items():
        rows[engine] = client(engine, DOMAINS // slower)
    if shutil.which("massdns"):
        rows["massdns, parsed"] = massdns(folder)
    return {engine: row for engine, row in rows.items() if row}


def show(rounds: list[dict[str, Row]]) -> None:
    """Medians, and how many times ours each is: by the clock, and by the CPU spent, which a busy machine changes less."""
    rates = {e: statistics.median(r[e]["names"] / r[e]["seconds"] for r in rounds if e in r) for e in rounds[0]}
    costs = {e: min(r[e]["cpu"] / r[e]["names"] * 1e6 for r in rounds if e in r) for e in rounds[0]}
    print(f"{DOMAINS} domains × {RECORDS} names; {len(rounds)} rounds; slow engines on a share of the names")
    for engine, rate in sorted(rates.items(), key=lambda item: -item[1]):
        last, cost = rounds[-1][engine], costs[engine]
        memory = f"{last['memory']:.0f} MB" if "memory" in last else ""
        wanted = next((least for name, least in PROMISED.items() if engine.startswith(name)), None)
        kept = f" [{'kept' if rates[OURS[0]] / rate >= wanted else 'MISSED'}: {wanted} x]" if wanted else ""
        print(
            f"{engine:29} {rate:9,.0f} names/s (unpend {rates[OURS[0]] / rate:5.2f} ×), best {cost:6.2f} µs of CPU a name "
            f"(unpend {cost / costs[OURS[0]]:5.2f} × cheaper) {memory} {last['found'] or ''}{kept}"
        )


def bad_line() -> None:
    """1 % loss and 50 ms: no wrong verdict, and the rate that the window allows."""
    line = [*cores()[1], sys.executable, "-m", "benchmarks.lossy", str(PORT + 1), str(PORT), "0.05", "0.01"]
    window, domains = 256, min(DOMAINS, 10_000)
    with subprocess.Popen(line) as process:
        time.sleep(1)
        command = [*cores()[0], sys.executable, CLIENTS, "unpend prepared", str(PORT + 1), str(domains), str(window)]
        row = json.loads(subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True).stdout)
        process.terminate()
    rate = row["names"] / row["seconds"]
    print(
        f"1 % loss, 50 ms: {rate:,.0f} names/s of the {window / 0.05:,.0f} that a window of {window} allows; {row['found']}"
    )


def main() -> None:
    """The tables of docs/performance.md."""
    install()
    with TemporaryDirectory() as name, server(Path(name)):
        bad_line()
        show([one_round(Path(name)) for _ in range(ROUNDS)])


if __name__ == "__main__":
    main()

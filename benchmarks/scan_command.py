"""`./dev bench scan-command`: the whole of `unpend scan` (read the file, look up, judge, write) beside the raw look-up.

One NSD on the second core, everything of the scan on the first. The clock is shown, but on a machine that others use too
the CPU a domain is what compares. UNPEND_BENCH_DOMAINS sets the length of the list,
UNPEND_BENCH_PUBLISHED how many of them the server knows (few: for the memory of very long lists).
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.scan import cores

DOMAINS = int(os.environ.get("UNPEND_BENCH_DOMAINS", "200000"))
PUBLISHED = int(os.environ.get("UNPEND_BENCH_PUBLISHED", DOMAINS))
PROMISED, MEMORY = 0.6, 200
PORT = 5392
ADDRESS = "127.0.0.1"
LETTERS = "abcdefghijklmnopqrstuvwxyz"
CONFIGURATION = """
server:
  ip-address: {address}@{port}
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
  name: "com."
  zonefile: "zone"
"""


def tokens(number: int) -> list[str]:
    """Three tokens of the right shape."""
    word = "".join(LETTERS[number // 26**i % 26] for i in range(6))
    return [f"{LETTERS[i]}{word}abcdefghijklmnopqrstuvwxy" for i in range(3)]


def write_zone(path: Path, domains: int) -> None:
    """80 % right, 15 % absent, 5 % with another target."""
    with open(path, "w") as file:
        file.write("$ORIGIN com.\n$TTL 300\n@ SOA ns a 1 3600 600 86400 300\n@ NS ns\nns A 127.0.0.1\n")
        for number in range(domains):
            state = number % 20
            for token in tokens(number) if state < 16 or state == 19 else []:
                target = f"{token}.dkim.amazonses.com." if state < 16 else "elsewhere.example.net."
                file.write(f"{token}._domainkey.d{number} CNAME {target}\n")


@contextmanager
def server(folder: Path, domains: int) -> Iterator[None]:
    """NSD, until its zone answers."""
    from benchmarks import scan

    write_zone(folder / "zone", domains)
    (folder / "nsd.conf").write_text(CONFIGURATION.format(address=ADDRESS, port=PORT, folder=folder))
    scan.PORT, scan.ZONE = PORT, "com."
    path = os.environ["PATH"] + ":/usr/sbin"
    command = [*cores()[1], "nsd", "-d", "-c", str(folder / "nsd.conf")]
    with subprocess.Popen(command, stderr=subprocess.DEVNULL, env={**os.environ, "PATH": path}) as process:
        try:
            scan.wait_for_answers()
            yield
        finally:
            process.terminate()


def raw(domains: int, hints: str) -> tuple[float, float]:
    """Seconds and CPU of the look-up alone, the subjects made beforehand in batches as they are taken."""
    from unpend.catalog import parse_hints
    from unpend.model.expected import Expected, ExpectedRecord, Purpose
    from unpend.observer.bulk import UNLIMITED, BulkSettings, look_up_in_batches, subject_of

    def subjects() -> Iterator[object]:
        for number in range(domains):
            name = f"d{number}.com."
            records = tuple(
                ExpectedRecord(Purpose.DKIM, f"{t}._domainkey.{name}", "CNAME", (f"{t}.dkim.amazonses.com.",))
                for t in tokens(number)
            )
            yield subject_of(Expected(name, records), number, behind=False)

    settings = BulkSettings(root_hints=parse_hints(hints), port=PORT, rate=UNLIMITED, window=1024, server_window=1024)
    started, before = time.perf_counter(), time.process_time()
    count = sum(len(batch) for batch in look_up_in_batches(subjects(), settings))  # type: ignore[arg-type]
    assert count == domains
    return time.perf_counter() - started, time.process_time() - before


def whole(folder: Path, domains: int) -> tuple[float, float, float]:
    """Seconds, CPU and the most memory (MB, all processes together) of the command."""
    unpend = str(Path(sys.executable).parent / "unpend")
    flags = ["--root-hints", str(folder / "hints"), "--port", str(PORT), "--look", "direct", "--deep", "0"]
    flags += [
        "--rate",
        "1000000",
        "--window",
        "1024",
        "--processes",
        "1",
        "--out",
        str(folder / "out.ndjson"),
        "--quiet",
    ]
    started, before = time.perf_counter(), children()
    most = 0.0
    with subprocess.Popen([unpend, "scan", str(folder / "in.csv"), *flags], stdout=subprocess.DEVNULL) as process:
        while process.poll() is None:
            most = max(most, memory(process.pid))
            time.sleep(0.2)
    spent = time.perf_counter() - started, children() - before
    with open(folder / "out.ndjson", "rb") as file:
        right = sum(b'"verdict":"ok"' in line for line in file)
    assert right == sum(number % 20 < 16 for number in range(min(domains, PUBLISHED))), right
    return *spent, most


def memory(root: int) -> float:
    """Resident MB of a process and its children."""
    total, todo = 0, [root]
    while todo:
        number = todo.pop()
        try:
            total += int(Path(f"/proc/{number}/statm").read_text().split()[1])
            for task in Path(f"/proc/{number}/task").iterdir():
                todo += map(int, (task / "children").read_text().split())
        except (OSError, IndexError):
            continue
    return total * resource.getpagesize() / 1e6


def children() -> float:
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def main() -> None:
    """One line for each, and the ratio."""
    with TemporaryDirectory() as name, server(Path(name), PUBLISHED):
        folder = Path(name)
        (folder / "hints").write_text(f". 3600000 NS ns.com.\nns.com. 3600000 A {ADDRESS}\n")
        with open(folder / "in.csv", "w") as file:
            file.write("domain,tokens\n")
            file.writelines(f"d{number}.com,{' '.join(tokens(number))}\n" for number in range(DOMAINS))
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
        seconds, cpu = raw(DOMAINS, (folder / "hints").read_text())
        took, spent, most = whole(folder, DOMAINS)
    print(json.dumps({"domains": DOMAINS, "load": os.getloadavg()[0]}))
    print(f"raw look-up    {DOMAINS / seconds:9,.0f} domains/s {cpu / DOMAINS * 1e6:6.1f} µs of CPU a domain")
    print(
        f"whole command  {DOMAINS / took:9,.0f} domains/s {spent / DOMAINS * 1e6:6.1f} µs of CPU a domain, {most:.0f} MB"
    )
    kept = "kept" if seconds / took >= PROMISED and most <= MEMORY else "MISSED"
    print(
        f"whole / raw    {seconds / took:.2f} by the clock, {cpu / spent:.2f} by CPU [{kept}: {PROMISED}, {MEMORY} MB]"
    )


if __name__ == "__main__":
    main()

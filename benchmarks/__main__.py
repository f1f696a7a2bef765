"""`./dev bench`: each table once, medians of several runs; figures go to docs/performance.md by hand."""

from __future__ import annotations

import json
import os
import shutil
import statistics
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from benchmarks.world import world

RUNS = 7
RTT = 0.020
UNPEND = str(Path(sys.executable).parent / "unpend")


@dataclass(frozen=True, slots=True)
class Run:
    """One finished command: wall and CPU in seconds, peak memory in MB, its standard output."""

    wall: float
    cpu: float
    memory: float
    output: str


ENVIRONMENT = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}


def run(command: list[str]) -> Run:
    """Run a command to its end and weigh it."""
    started = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, env=ENVIRONMENT)
    output = process.stdout.read() if process.stdout else ""
    _, _, usage = os.wait4(process.pid, 0)
    process.returncode = 0
    return Run(time.perf_counter() - started, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024, output)


def median(runs: list[Run], what: str) -> float:
    return statistics.median(getattr(r, what) for r in runs)


def startup() -> None:
    """`unpend --version` against an empty Python."""
    pairs = [(run([UNPEND, "--version"]), run([sys.executable, "-c", "pass"])) for _ in range(RUNS * 3)]
    ours, empty = ([p[i] for p in pairs] for i in (0, 1))
    ratio = median(ours, "wall") / median(empty, "wall")
    print(
        f"start-up: unpend --version {median(ours, 'wall') * 1000:.0f} ms, python -c pass "
        f"{median(empty, 'wall') * 1000:.0f} ms, ratio {ratio:.1f} (target <= 5)"
    )


def checks(title: str, scenario: str, latency: float, extra: list[str]) -> None:
    """`unpend check --format json` on a served scenario."""
    with world(scenario, latency / 2) as told:
        command = [UNPEND, "check", *told["flags"], "--format", "json", *extra]
        runs = [run(command) for _ in range(RUNS)]
    report = json.loads(runs[-1].output)
    durations = [json.loads(r.output)["duration_ms"] for r in runs]
    asked = [json.loads(r.output)["queries"] for r in runs]
    print(
        f"{title}: verdict {report['verdict']}, look {statistics.median(durations):.0f} ms, "
        f"whole command {median(runs, 'wall') * 1000:.0f} ms, CPU {median(runs, 'cpu') * 1000:.0f} ms, "
        f"{median(runs, 'memory'):.0f} MB, {statistics.median(asked):.0f} questions in all, rounds {report['rounds']}"
    )


def peers() -> None:
    """The same healthy domain with what users would pick instead, where it is installed; wall and CPU."""
    with world("healthy") as told:
        resolver, domain = told["resolvers"][0].split(":"), told["domain"]
        commands = {
            "unpend check": [UNPEND, "check", *told["flags"], "--format", "json"],
            "checkdmarc (through one resolver)": ["checkdmarc", domain, "-n", resolver[0], "--skip-tls"],
            "dnsviz probe -A": ["dnsviz", "probe", "-A", "-a", ".", "-x", f".:{told['hints_file']}", domain],
            "zonemaster-cli": ["zonemaster-cli", "--no-progress", "--hints", told["hints_file"], domain],
        }
        for name, command in commands.items():
            if not shutil.which(command[0]) and not Path(command[0]).exists():
                print(f"peer {name}: not installed, not measured")
                continue
            runs = [run(command) for _ in range(3)]
            print(f"peer {name}: wall {median(runs, 'wall') * 1000:.0f} ms, CPU {median(runs, 'cpu') * 1000:.0f} ms")


def main() -> None:
    """All tables."""
    startup()
    checks(f"healthy, {RTT * 1000:.0f} ms round trip", "healthy", RTT, [])
    checks("healthy, no latency", "healthy", 0.0, [])
    checks("one of two name servers silent, --timeout 2", "healthy-one-server-silent", 0.0, ["--timeout", "2"])
    checks("doubled-zone (two rounds)", "doubled-zone", 0.0, [])
    peers()


main()

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
from tempfile import TemporaryDirectory
from typing import Any

from benchmarks import scan, scan_command, scan_deep
from benchmarks.world import world

RUNS = 7
RTT = 0.020
PEER_RUNS = 5
PEERS = Path(__file__).parent.parent / ".venv-peers"
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
    with world(scenario, latency / 2) as told, TemporaryDirectory() as folder:
        command = [UNPEND, "check", *told["flags"], "--format", "json", *extra]
        runs = [run(command) for _ in range(RUNS)]
        run([*command, "--save", f"{folder}/case.json"])
        case = json.loads(Path(folder, "case.json").read_text())
    asked_servers = sum(
        e["server"]["role"] != "resolver" and e["elapsed_ms"] > 0 for e in case["observation"]["exchanges"]
    )
    report = json.loads(runs[-1].output)
    durations = [json.loads(r.output)["duration_ms"] for r in runs]
    asked = [json.loads(r.output)["queries"] for r in runs]
    print(
        f"{title}: verdict {report['verdict']}, look {statistics.median(durations):.0f} ms, "
        f"whole command {median(runs, 'wall') * 1000:.0f} ms, CPU {median(runs, 'cpu') * 1000:.0f} ms, "
        f"{median(runs, 'memory'):.0f} MB, {statistics.median(asked):.0f} questions ({asked_servers} to authoritative servers), "
        f"rounds {report['rounds']}"
    )


def peers() -> None:
    """The same healthy domain with what users would pick instead: wall and CPU, without and with latency."""
    if os.geteuid() != 0:
        print("peers: they ask port 53 only, which needs root: not measured")
        return
    install_peers()
    for rtt in (0.0, RTT):
        with world("healthy", rtt / 2, port=53) as told:
            for name, command in peer_commands(told).items():
                if not shutil.which(command[0]):
                    print(f"peer {name}: not installed, not measured")
                    continue
                runs = [run(command) for _ in range(PEER_RUNS)]
                print(
                    f"{name}, {rtt * 1000:.0f} ms round trip: wall {median(runs, 'wall') * 1000:.0f} ms, "
                    f"CPU {median(runs, 'cpu') * 1000:.0f} ms, {median(runs, 'memory'):.0f} MB"
                )


def peer_commands(told: dict[str, Any]) -> dict[str, list[str]]:
    """What each tool is told, so that it stays inside the lab."""
    domain, hints = told["domain"], told["hints_file"]
    resolver, root = told["resolvers"][0].split(":")[0], told["root"]
    return {
        "unpend check": [UNPEND, "check", *told["flags"], "--format", "json"],
        "checkdmarc (one resolver)": [f"{PEERS}/bin/checkdmarc", domain, "-n", resolver, "--skip-tls"],
        "dnsviz probe -A": [f"{PEERS}/bin/dnsviz", "probe", "-A", "-4", "-x", f".:{root}", domain],
        "zonemaster-cli": ["zonemaster-cli", "--no-progress", "--no-ipv6", "--hints", hints, domain],
    }


def install_peers() -> None:
    """checkdmarc and dnsviz from PyPI into a folder of their own, zonemaster-cli from Debian."""
    if not (PEERS / "bin" / "dnsviz").exists():
        subprocess.run([sys.executable, "-m", "venv", str(PEERS)], check=True)
        subprocess.run([f"{PEERS}/bin/pip", "install", "-q", "checkdmarc", "dnsviz"], check=False)
    if not shutil.which("zonemaster-cli") and shutil.which("apt-get"):
        subprocess.run(["apt-get", "install", "-y", "-qq", "zonemaster-cli"], check=False, stdout=subprocess.DEVNULL)


def main() -> None:
    """All tables, or `scan`: those of the bulk look-up; `scan-command`: the whole command beside it; `scan-deep`: its diagnoses."""
    if sys.argv[1:] == ["scan-command"]:
        scan_command.main()
        return
    if sys.argv[1:2] == ["scan-deep"]:
        scan_deep.main()
        return
    if sys.argv[1:] == ["scan"]:
        scan.main()
        return
    startup()
    checks(f"healthy, {RTT * 1000:.0f} ms round trip", "healthy", RTT, [])
    checks("healthy, no latency", "healthy", 0.0, [])
    checks("one of two name servers silent, --timeout 2", "healthy-one-server-silent", 0.0, ["--timeout", "2"])
    checks("doubled-zone (two rounds)", "doubled-zone", 0.0, [])
    peers()


if __name__ == "__main__":
    main()

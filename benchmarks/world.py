"""Serves one lab scenario from a process of its own, so that the lab's work is not counted as the check's.

Run as a module it prints one JSON line with how to reach the world, and stays until its standard input closes.
"""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from unpend.lab import Lab, load_scenario


async def serve(name: str, latency: float, port: int) -> None:
    """Keep the scenario up until nobody needs it."""
    async with Lab(load_scenario(name), latency=latency, port=port) as lab:
        told = {
            "domain": lab.domain,
            "port": lab.port,
            "root_hints": lab.root_hints,
            "root": "a.root-servers.net=" + lab.servers["a.root-servers.net"],
            "resolvers": [f"{address}:{port}" for address, port in lab.resolvers],
            "tokens": [record.name.split(".")[0] for record in lab.expected.required],
        }
        print(json.dumps(told), flush=True)
        await asyncio.to_thread(sys.stdin.read)


@contextmanager
def world(name: str, latency: float = 0.0, port: int = 0) -> Iterator[dict[str, Any]]:
    """A served scenario; the dictionary says how to reach it, `flags` as arguments of `unpend check`."""
    command = [sys.executable, "-m", "benchmarks.world", name, str(latency), str(port)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        assert process.stdin
        told = json.loads(process.stdout.readline())
        with tempfile.TemporaryDirectory() as folder:
            hints = Path(folder) / "root.hints"
            hints.write_text(told["root_hints"])
            told["hints_file"] = str(hints)
            told["flags"] = flags(told)
            yield told
        process.stdin.close()


def flags(told: dict[str, Any]) -> list[str]:
    """The arguments of `unpend check` for this world."""
    out = [told["domain"], "--root-hints", told["hints_file"], "--port", str(told["port"]), "--quiet"]
    for resolver in told["resolvers"]:
        out += ["--resolver", resolver]
    for token in told["tokens"]:
        out += ["--dkim-token", token]
    return out


if __name__ == "__main__":
    asyncio.run(serve(sys.argv[1], float(sys.argv[2]), int(sys.argv[3])))

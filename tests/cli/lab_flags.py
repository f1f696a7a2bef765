"""A lab in this process, and `unpend` typed at it in another."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
from pathlib import Path

import msgspec

from unpend.lab import Lab

UNPEND = str(Path(sys.executable).parent / "unpend")


def flags(lab: Lab, folder: Path) -> list[str]:
    """What every looking command needs to stay inside the lab."""
    (folder / "root.hints").write_text(lab.root_hints)
    (folder / "expected.json").write_bytes(msgspec.json.encode(lab.expected))
    resolvers = [word for address, port in lab.resolvers for word in ("--resolver", f"{address}:{port}")]
    files = ["--expect", str(folder / "expected.json")] if lab.expected.records else []
    files += ["--root-hints", str(folder / "root.hints")]
    return [lab.domain, *files, "--port", str(lab.port), *resolvers, "--timeout", "1"]


async def typed(
    *words: str, stop_after: float | None = None, settings: dict[str, str] | None = None
) -> tuple[int, str, str]:
    """Exit code, stdout and stderr; Ctrl-C after `stop_after` seconds."""
    process = await asyncio.create_subprocess_exec(
        *(UNPEND, *words),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=os.environ | {"LANG": "C.UTF-8", "COLUMNS": "80"} | (settings or {}),
    )
    if stop_after is not None:
        await asyncio.sleep(stop_after)
        process.send_signal(signal.SIGINT)
    out, err = await asyncio.wait_for(process.communicate(), 60)
    return process.returncode or 0, out.decode(), err.decode()

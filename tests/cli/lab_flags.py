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
    return [lab.domain, *files, "--port", str(lab.port), *resolvers, "--timeout", "2"]


async def typed(*words: str, stop_at: bytes = b"", settings: dict[str, str] | None = None) -> tuple[int, str, str]:
    """Exit code, stdout and stderr; Ctrl-C once `stop_at` is on stdout."""
    process = await asyncio.create_subprocess_exec(
        *(UNPEND, *words),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=os.environ | {"LANG": "C.UTF-8", "COLUMNS": "80"} | (settings or {}),
    )
    said = b""
    while stop_at not in said and (piece := await asyncio.wait_for(process.stdout.read(4096), 60)):  # type: ignore[union-attr]
        said += piece
    if stop_at:
        process.send_signal(signal.SIGINT)
    out, err = await asyncio.wait_for(process.communicate(), 60)
    return process.returncode or 0, (said + out).decode(), err.decode()

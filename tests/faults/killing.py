"""The processes that a test kills, started by the one that forks them (`victims`)."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import random
import signal
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

KILLS = int(os.environ.get("UNPEND_KILLS", "40"))
SHARES = {"serve": 0.35, "worker": 0.2, "delivery": 0.2, "upgrade": 0.15, "first": 0.1}


def seeded() -> random.Random:
    """Chance that can be repeated: UNPEND_SEED is printed, and taken where it is set."""
    seed = int(os.environ.get("UNPEND_SEED") or random.randrange(1 << 32))
    sys.stdout.write(f"UNPEND_SEED={seed} UNPEND_KILLS={KILLS}\n")
    return random.Random(seed)


def rounds(kind: str) -> int:
    """How many of all kills are of this kind."""
    return max(1, round(KILLS * SHARES[kind]))


class Victims:
    """One order at a time."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process
        self._turn = asyncio.Lock()

    async def order(self, *words: Any) -> Any:
        assert self._process.stdin
        async with self._turn:
            self._process.stdin.write(json.dumps(words).encode() + b"\n")
            return await self.told()

    async def told(self) -> Any:
        assert self._process.stdout
        return json.loads(await self._process.stdout.readline())

    async def run(self, folder: Path, *words: str) -> int:
        return int(await self.order("run", str(folder), *words))

    async def kill(self, number: int, with_: signal.Signals = signal.SIGKILL) -> int:
        os.kill(number, with_)  # it is its parent's until that has waited for it: no other process has its number
        return int(await self.order("wait", number))

    async def finish(self, folder: Path, *words: str) -> int:
        """Run it to its end."""
        return int(await self.order("wait", await self.run(folder, *words)))


@contextlib.asynccontextmanager
async def victims(*commands: str) -> AsyncIterator[Victims]:
    """Their parent, ready to fork (with the imports of these commands), until the block ends; then all of them are gone."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.faults.victims", *commands),
        cwd=Path(__file__).parents[2],
        env=os.environ | {"LANG": "C.UTF-8"},
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        start_new_session=True,
    )
    made = Victims(process)
    try:
        assert await made.told() == "ready"
        yield made
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        await process.wait()

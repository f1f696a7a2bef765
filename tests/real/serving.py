"""`unpend serve` as its operator starts it, before a world of real servers; SES's own clients at its doors."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
import dns.query
import dns.tsigkeyring
import dns.update
from botocore.config import Config

from .daemons import PORT, TSIG
from .world import RealWorld

BIN = Path(sys.executable).parent
KEY_ID, SECRET = "AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"
PATIENCE = 45.0


@dataclass(frozen=True)
class Served:
    """A running server, and the name server that its customer publishes at."""

    url: str
    world: RealWorld

    def client(self, service: str = "sesv2", region: str = "us-east-1", secret: str = SECRET) -> Any:
        return boto3.client(
            service,
            endpoint_url=self.url,
            region_name=region,
            aws_access_key_id=KEY_ID,
            aws_secret_access_key=secret,
            config=Config(retries={"total_max_attempts": 1}),
        )

    async def aws(self, *words: str, region: str = "us-east-1") -> Any:
        """The AWS CLI, as a user types it, with nothing changed but the endpoint."""
        keys = {"AWS_ACCESS_KEY_ID": KEY_ID, "AWS_SECRET_ACCESS_KEY": SECRET, "AWS_DEFAULT_REGION": region}
        ends = {
            "AWS_ENDPOINT_URL_SESV2": self.url,
            "AWS_ENDPOINT_URL_SES": self.url,
            "AWS_EC2_METADATA_DISABLED": "true",
        }
        command = [str(BIN / "aws"), *words, "--output", "json"]
        run = asyncio.to_thread(
            subprocess.run,
            command,
            env=os.environ | keys | ends,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        done = await run
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout) if done.stdout.strip() else None

    async def publish(self, *records: str, remove: bool = False) -> None:
        """Put records into the zone as its owner would, or take them away."""
        update = dns.update.UpdateMessage("example.com.", keyring=dns.tsigkeyring.from_text(dict([TSIG])))
        for record in records:
            name, type_, value = record.split(" ", 2)
            if remove:
                update.delete(name, type_)
            else:
                update.replace(name, 1, type_, value)
        answer = await asyncio.to_thread(dns.query.tcp, update, self.world.daemons[0].addresses[0], 5, PORT)
        assert answer.rcode() == 0, answer


@asynccontextmanager
async def served(world: RealWorld, folder: Path, database: str, scale: int, workers: int = 0) -> AsyncIterator[Served]:
    """Up until the block ends; then all stop gently. `workers`: so many processes look, instead of the server itself."""
    (folder / "root.hints").write_text(world.lab.root_hints)
    resolver = f"{world.daemons[-1].addresses[0]}:{PORT}"
    shared = [
        *("--database", database, "--root-hints", str(folder / "root.hints"), "--port", str(PORT)),
        *("--resolver", resolver, "--timeout", "1", "--time-scale", str(scale)),
    ]
    async with AsyncExitStack() as held:
        serve = ["serve", "--listen", "127.0.0.1:0", *shared, *(["--no-worker"] if workers else [])]
        told = await held.enter_async_context(_process(serve, "unpend serves http"))
        for _ in range(workers):
            await held.enter_async_context(_process(["worker", *shared], "Working on"))
        yield Served(told.split()[2], world)


@asynccontextmanager
async def _process(words: Sequence[str], begins: str) -> AsyncIterator[str]:
    """A command of unpend, from its first words until it has stopped as it should."""
    process = await asyncio.create_subprocess_exec(
        *(str(BIN / "unpend"), *words),
        env=os.environ | {"UNPEND_ACCESS_KEY": f"{KEY_ID}:{SECRET}", "UNPEND_LANG": "en"},
        stderr=asyncio.subprocess.PIPE,
    )
    assert process.stderr
    try:
        told = ""
        while not told.startswith(begins):
            told = (await asyncio.wait_for(process.stderr.readline(), 30)).decode()
            assert told, await process.stderr.read()
        reading = asyncio.create_task(process.stderr.read())
        yield told
        process.send_signal(signal.SIGTERM)
        rest = (await asyncio.wait_for(reading, 30)).decode()
        assert (await process.wait(), "Traceback" in rest) == (0, False), rest
        assert "Stopped" in rest
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


async def until(ask: Callable[[], dict[str, Any]], wanted: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
    """Ask again and again until the answer is so."""
    ends = time.monotonic() + PATIENCE
    while not wanted(told := await asyncio.to_thread(ask)):
        assert time.monotonic() < ends, told
        await asyncio.sleep(0.1)
    return told

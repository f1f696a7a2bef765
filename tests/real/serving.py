"""`unpend serve` as its operator starts it, before a world of real servers; SES's own clients at its doors."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
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
    process: asyncio.subprocess.Process

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
async def served(world: RealWorld, folder: Path, *flags: str) -> AsyncIterator[Served]:
    """Up until the block ends; then it stops gently."""
    hints = folder / "root.hints"
    hints.write_text(world.lab.root_hints)
    resolver = f"{world.daemons[-1].addresses[0]}:{PORT}"
    process = await asyncio.create_subprocess_exec(
        *(str(BIN / "unpend"), "serve", "--listen", "127.0.0.1:0", "--database", f"sqlite:///{folder}/unpend.db"),
        *("--root-hints", str(hints), "--port", str(PORT), "--resolver", resolver, "--timeout", "1", *flags),
        env=os.environ | {"UNPEND_ACCESS_KEY": f"{KEY_ID}:{SECRET}", "UNPEND_LANG": "en"},
        stderr=asyncio.subprocess.PIPE,
    )
    assert process.stderr
    try:
        told = (await asyncio.wait_for(process.stderr.readline(), 30)).decode()
        assert told.startswith("unpend serves http"), told + (await process.stderr.read()).decode()
        yield Served(told.split()[2], world, process)
        process.send_signal(signal.SIGTERM)
        rest = (await asyncio.wait_for(process.stderr.read(), 30)).decode()
        assert (await process.wait(), rest) == (0, "Stopped.\n")
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

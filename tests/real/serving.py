"""`unpend serve` as its operator starts it, before a world of real servers; SES's own clients at its doors."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
import time
import urllib.request
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import boto3
import dns.query
import dns.tsigkeyring
import dns.update
from botocore.config import Config

from .daemons import PORT, TSIG, Authoritative
from .world import RealWorld

BIN = Path(sys.executable).parent
KEY_ID, SECRET = "AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"
PATIENCE = 120.0


class AwsCli:
    """The AWS CLI as a user types it, with nothing changed but the endpoint."""

    def __init__(self, url: str) -> None:
        self._env = {
            "AWS_ACCESS_KEY_ID": KEY_ID,
            "AWS_SECRET_ACCESS_KEY": SECRET,
            "AWS_ENDPOINT_URL_SESV2": url,
            "AWS_ENDPOINT_URL_SES": url,
            "AWS_EC2_METADATA_DISABLED": "true",
        }
        self._turn = asyncio.Lock()
        self._process: asyncio.subprocess.Process | None = None

    async def __call__(self, *words: str, region: str = "us-east-1") -> Any:
        """What it prints, read."""
        line = json.dumps([*words, "--region", region, "--output", "json"]) + "\n"
        async with self._turn:
            process = self._process = self._process or await self._started()
            assert process.stdin
            assert process.stdout
            process.stdin.write(line.encode())
            done = json.loads(await asyncio.wait_for(process.stdout.readline(), 60))
        assert done["code"] == 0, done
        return json.loads(done["out"]) if done["out"].strip() else None

    async def _started(self) -> asyncio.subprocess.Process:
        words = (sys.executable, str(Path(__file__).with_name("aws_cli.py")))
        pipe = asyncio.subprocess.PIPE
        return await asyncio.create_subprocess_exec(*words, env=os.environ | self._env, stdin=pipe, stdout=pipe)

    async def close(self) -> None:
        """It ends with its input."""
        if self._process and self._process.stdin:
            self._process.stdin.close()
            await asyncio.wait_for(self._process.wait(), 30)


@dataclass(frozen=True)
class Served:
    """A running server, and the name servers that its customers publish at."""

    url: str
    world: RealWorld
    aws: AwsCli
    api_key: str
    clients: dict[tuple[str, str], Any] = field(default_factory=dict)

    def client(self, service: str = "sesv2", region: str = "us-east-1") -> Any:
        if (service, region) not in self.clients:
            self.clients[service, region] = boto3.client(
                service,
                endpoint_url=self.url,
                region_name=region,
                aws_access_key_id=KEY_ID,
                aws_secret_access_key=SECRET,
                config=Config(retries={"total_max_attempts": 1}),
            )
        return self.clients[service, region]

    async def rest(self, path: str, lang: str = "en") -> Any:
        """What the REST door answers."""
        headers = {"Authorization": f"Bearer {self.api_key}", "Accept-Language": lang}
        request = urllib.request.Request(self.url + path, headers=headers)

        def ask() -> Any:
            with urllib.request.urlopen(request, timeout=30) as answer:
                return json.load(answer)

        return await asyncio.to_thread(ask)

    async def publish(self, *records: str, remove: bool = False, zone: str = "example.com.") -> None:
        """Put records into the zone as its owner would, or take them away."""
        update = dns.update.UpdateMessage(zone, keyring=dns.tsigkeyring.from_text(dict([TSIG])))
        for record in records:
            name, type_, value = record.split(" ", 2)
            if remove:
                update.delete(name, type_)
            else:
                update.replace(name, 1, type_, value)
        at = self.at(zone).addresses[0]
        answer = await asyncio.to_thread(dns.query.tcp, update, at, 30, PORT)
        assert answer.rcode() == 0, answer

    def at(self, zone: str) -> Authoritative:
        """The name server of this zone."""
        return next(s for s in self.world.daemons if isinstance(s, Authoritative) and s.file(zone).exists())


@asynccontextmanager
async def served(
    world: RealWorld, folder: Path, database: str, scale: int, workers: int = 0, *, alone: bool = True
) -> AsyncIterator[Served]:
    """Up until the block ends; then all stop gently. `workers`: so many other processes look; `alone`: the server does so, too."""
    (folder / "root.hints").write_text(world.lab.root_hints)
    resolver = f"{world.daemons[-1].addresses[0]}:{PORT}"
    shared = [
        *("--database", database, "--root-hints", str(folder / "root.hints"), "--port", str(PORT)),
        *("--resolver", resolver, "--timeout", "2", "--time-scale", str(scale)),
    ]
    async with AsyncExitStack() as held:
        serve = ["serve", "--listen", "127.0.0.1:0", *shared, *([] if alone else ["--no-worker"])]
        told = await held.enter_async_context(_process(serve, "unpend serves http"))
        for _ in range(workers):
            await held.enter_async_context(_process(["worker", *shared], "Working on"))
        url = told.split()[2]
        cli = AwsCli(url)
        held.push_async_callback(cli.close)
        yield Served(url, world, cli, await _api_key(database))


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


async def _api_key(database: str) -> str:
    """A key of the REST door, as its operator makes one."""
    words = (str(BIN / "unpend"), "keys", "create", "--database", database, "--format", "json")
    process = await asyncio.create_subprocess_exec(
        *words, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL
    )
    out, _ = await process.communicate()
    return str(json.loads(out)[0]["key"])


async def until(
    ask: Callable[[], dict[str, Any]], wanted: Callable[[dict[str, Any]], bool], patience: float = PATIENCE
) -> dict[str, Any]:
    """Ask again and again until the answer is so."""
    ends = time.monotonic() + patience
    while not wanted(told := await asyncio.to_thread(ask)):
        if time.monotonic() > ends:
            raise TimeoutError(told)
        await asyncio.sleep(0.2)
    return told

"""A server of `unpend serve`'s own parts on loopback, in a thread, and boto3 clients that validate what it answers."""

from __future__ import annotations

import asyncio
import contextlib
import json
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
from botocore.config import Config
from botocore.validate import ParamValidator

from unpend.engine.opening import Installation, open_installation
from unpend.server.app import application
from unpend.server.listening import shown, sockets
from unpend.server.running import Process
from unpend.sesv2.door import Door
from unpend.sesv2.gate import Gate

QUIRKS = {"parameter in MailFrom"}  # SES itself leaves out two members that its model calls required


@dataclass(frozen=True)
class Served:
    url: str
    installation: Installation
    folder: Path

    def installation_files(self) -> list[Path]:
        return [path for path in self.folder.iterdir() if path.is_file()]

    def client(self, service: str = "sesv2", region: str = "us-east-1", key: str = "test", secret: str = "test") -> Any:
        made = boto3.client(
            service,
            endpoint_url=self.url,
            region_name=region,
            aws_access_key_id=key,
            aws_secret_access_key=secret,
            config=Config(retries={"total_max_attempts": 1}, connect_timeout=20, read_timeout=60),
        )
        made.meta.events.register("after-call", _conforms)
        return made


def _conforms(model: Any, parsed: dict[str, Any], http_response: Any, **_: Any) -> None:
    """Every answer has the shape that botocore's model says, and no member that it does not know."""
    if http_response.status_code >= 300 or model.output_shape is None:
        return
    told = {key: value for key, value in parsed.items() if key != "ResponseMetadata"}
    report = ParamValidator().validate(told, model.output_shape).generate_report()
    if model.service_model.metadata["protocol"] == "rest-json":
        _knows(json.loads(http_response.content or "{}"), model.output_shape)
    missing = [line for line in report.splitlines() if not any(quirk in line for quirk in QUIRKS)]
    assert not missing, report


def _knows(told: Any, shape: Any) -> None:
    """The parser drops what its model does not know; here nothing may be dropped, and times are numbers."""
    if shape.type_name == "structure":
        assert set(told) <= set(shape.members), (shape.name, told)
        for name, value in told.items():
            _knows(value, shape.members[name])
    elif shape.type_name == "list":
        for value in told:
            _knows(value, shape.member)
    elif shape.type_name == "timestamp":
        assert isinstance(told, int | float)
    elif shape.type_name == "string" and shape.enum:
        assert told in shape.enum, (shape.name, told)


@contextlib.contextmanager
def served(folder: Path, gate: Gate | None = None, **more: Any) -> Iterator[Served]:
    """Up on a port of its own until the block ends."""
    installation = open_installation(f"sqlite:///{folder}/unpend.db", **more)
    gate = gate or Gate()
    listening = sockets("127.0.0.1:0", guarded=not gate.open)
    threads = ThreadPoolExecutor(4)
    process = Process(application(Door(installation.identities, gate), threads), listening)
    ready = threading.Event()
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=lambda: loop.run_until_complete(process.run(ready.set)))
    thread.start()
    assert ready.wait(10)
    try:
        yield Served(shown(listening[0]), installation, folder)
    finally:
        loop.call_soon_threadsafe(process.stop)
        thread.join(20)
        loop.close()
        threads.shutdown()
        installation.close()

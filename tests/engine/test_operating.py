"""What an operator sees of a running worker, and what nobody sees in its logs."""

from __future__ import annotations

import asyncio
import io
import json
import logging
import os
import signal
import socket
import urllib.error
import urllib.request
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from prometheus_client.parser import text_string_to_metric_families
from tests.cli.lab_flags import UNPEND
from tests.engine.receivers import plain, receiving

from unpend.cli import webhooks
from unpend.engine import logs
from unpend.engine.opening import open_installation
from unpend.engine.webhooks.outgoing import hooks_of
from unpend.model.errors import UsageError
from unpend.model.identity import IdentityKey

KEY = IdentityKey("111111111111", "us-east-1", "example.com")


@asynccontextmanager
async def working(*flags: str) -> AsyncIterator[asyncio.subprocess.Process]:
    """`unpend worker` with these flags, until the block ends."""
    process = await asyncio.create_subprocess_exec(UNPEND, "worker", *flags, env=os.environ | {"LANG": "C.UTF-8"})
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


async def fetched(url: str, within: float = 30) -> tuple[int, str]:
    """A page, as soon as somebody answers."""

    def get() -> tuple[int, str]:
        try:
            with urllib.request.urlopen(url, timeout=5) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.read().decode()

    async with asyncio.timeout(within):
        while True:
            try:
                return await asyncio.to_thread(get)
            except OSError:
                await asyncio.sleep(0.1)


def numbers(page: str) -> dict[str, float]:
    """Every sample by its name and labels."""
    families = text_string_to_metric_families(page)
    return {
        ",".join([sample.name, *sample.labels.values()]): sample.value
        for family in families
        for sample in family.samples
    }


@pytest.fixture
def free_port() -> int:
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        port: int = bound.getsockname()[1]
        return port


async def test_a_worker_says_how_it_is_and_stops_gently(tmp_path: Path, free_port: int) -> None:
    database = f"sqlite:///{tmp_path}/engine.db"
    installation = open_installation(database)
    here = f"http://127.0.0.1:{free_port}"
    async with receiving(plain("200 OK")) as receiver:
        hooks = hooks_of(installation, allow_private=True)
        hooks.register(KEY.account, receiver.url())
        installation.identities.create(KEY)
        flags = ["--database", database, "--allow-private-targets", "--metrics-listen", f"127.0.0.1:{free_port}"]
        async with working(*flags, "--resolver", "127.0.0.1:9", "--timeout", "0.2") as process:
            assert await fetched(f"{here}/healthz") == (200, "ok\n")
            status, body = await fetched(f"{here}/readyz")
            assert (status, json.loads(body)) == (200, {"ready": True, "database": "ok", "worker": "ok"})
            async with asyncio.timeout(20):
                while not receiver.got:
                    await asyncio.sleep(0.05)
            told = numbers((await fetched(f"{here}/metrics"))[1])
            assert told["unpend_database_up"] == 1
            assert told["unpend_identities,dkim,pending"] == 1
            assert told["unpend_identities,dkim,success"] == 0
            assert told["unpend_webhook_tries_total,taken"] == 1
            assert told["unpend_webhook_lag_seconds"] == told["unpend_webhooks_waiting"] == 0
            assert "process_resident_memory_bytes" in told
            process.send_signal(signal.SIGTERM)
            async with asyncio.timeout(20):
                assert await process.wait() == 0
    installation.close()


def test_webhooks_are_managed_from_the_command_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    database = f"sqlite:///{tmp_path}/engine.db"

    def typed(*words: str) -> Any:
        told = [*words, "--database", database, "--format", "json"]
        assert webhooks.command().main(told, standalone_mode=False) == 0
        return json.loads(capsys.readouterr().out)

    (made,) = typed("add", "https://hooks.example.com/x", "--type", "domain.created")
    installation = open_installation(database)
    installation.identities.create(replace(KEY, account="000000000000"))
    installation.close()
    (delivery,) = typed("log", made["id"])
    assert (delivery["type"], delivery["state"], delivery["tries"]) == ("domain.created", "pending", 0)
    (rotated,) = typed("rotate", made["id"])
    assert typed("secret", made["id"]) == [rotated] != [{"secret": made["secret"]}]
    assert typed("replay", made["id"], delivery["event"]) == []
    assert typed("pause", made["id"])[0]["state"] == "paused"
    assert typed("list")[0]["types"] == "domain.created"
    with pytest.raises(UsageError, match="not a public address"):
        typed("add", "https://169.254.169.254/")
    with pytest.raises(UsageError, match="Say what to do"):
        typed("add")
    typed("delete", made["id"])
    assert typed("list") == []


SECRETS = [
    "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
    "Authorization: Bearer abcdefgh12345678",
    "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830, Signature=5d672d79",
    "postgresql://unpend:hunter22@db.example.net/unpend",
    "https://hooks.slack.com/services/T000/B000/XXXXsecret",
    "GET /?X-Amz-Signature=fe5f80f77d5fa3beca038a248ff027",
    "-----BEGIN PRIVATE KEY-----\nMIIEvQIBADAN",
]
INNER = [
    "MfKQ9r8G",
    "abcdefgh12345678",
    "5d672d79",
    "hunter22",
    "XXXXsecret",
    "fe5f80f7",
    "MIIEvQ",
    "in-a-field",
    "in-a-trace",
]


@pytest.fixture
def stream() -> Iterator[io.StringIO]:
    root = logging.getLogger()
    before, level = root.handlers[:], root.level
    yield io.StringIO()
    root.handlers[:] = before
    root.setLevel(level)


@pytest.mark.parametrize("form", ["json", "text"])
def test_no_secret_reaches_the_log_in_any_form(form: logs.Form, stream: io.StringIO) -> None:
    logs.configure(form, "debug", stream)
    log = logging.getLogger("some.library")
    for secret in SECRETS:
        log.warning("failed with %s", secret)
        log.warning("failed", extra={"detail": {"deep": [secret]}})
    log.warning("call", extra={"password": "in-a-field", "details": {"api_key": "in-a-field"}, "count": 3})
    try:
        raise ValueError("postgresql://u:in-a-trace@h/ broke")
    except ValueError:
        log.exception("broken")
    log.warning("a\x1b[31mred\r\nforged line\x00")
    log.warning("x" * 100_000)
    written = stream.getvalue()
    assert [each for each in INNER if each in written] == []
    assert "\x1b" not in written
    assert "\x00" not in written
    assert len(written) < 25_000
    assert not any(line.startswith("forged") for line in written.splitlines())
    if form == "json":
        lines = [json.loads(line) for line in written.splitlines()]
        assert len(lines) == len(SECRETS) * 2 + 4
        assert all({"event", "level", "logger", "timestamp"} <= set(line) for line in lines)
        assert next(line for line in lines if line["event"] == "call")["count"] == 3

"""What an operator sees of a running worker, and what nobody sees in its logs."""

from __future__ import annotations

import asyncio
import io
import json
import logging
import os
import re
import signal
import socket
import urllib.error
import urllib.request
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from httpx2 import ASGITransport, AsyncClient
from opentelemetry import trace
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from prometheus_client.parser import text_string_to_metric_families
from starlette.responses import PlainTextResponse
from starlette.routing import Router
from starlette.testclient import TestClient
from starlette.types import Receive, Scope, Send
from tests.cli.lab_flags import UNPEND
from tests.engine.receivers import plain, receiving

from unpend.cli import webhooks
from unpend.cli.engine_options import metrics_of
from unpend.engine import logs
from unpend.engine.metrics import Metrics
from unpend.engine.opening import open_installation
from unpend.engine.tracing import span
from unpend.engine.webhooks.outgoing import hooks_of
from unpend.engine.works import Tally
from unpend.model.errors import StoreError, UsageError
from unpend.model.identity import IdentityKey
from unpend.server.operating import Observed, Readiness, operating
from unpend.store.connect import DISK_FULL

KEY = IdentityKey("111111111111", "us-east-1", "example.com")


@asynccontextmanager
async def running(*words: str) -> AsyncIterator[asyncio.subprocess.Process]:
    """`unpend` with these words, until the block ends."""
    process = await asyncio.create_subprocess_exec(UNPEND, *words, env=os.environ | {"LANG": "C.UTF-8"})
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


async def fetched(url: str, within: float = 90) -> tuple[int, str]:
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


@pytest.mark.parametrize(
    ("command", "listen", "database_url"),
    [("worker", "--metrics-listen", "postgres"), ("serve", "--listen", "sqlite")],
    indirect=["database_url"],
)
async def test_it_says_how_it_is_tells_the_world_and_stops_gently(
    command: str, listen: str, database_url: str, free_port: int
) -> None:
    installation = open_installation(database_url)
    here = f"http://127.0.0.1:{free_port}"
    flags = ["--database", database_url, "--allow-private-targets", listen, f"127.0.0.1:{free_port}"]
    async with receiving(plain("200 OK")) as receiver:
        hooks = hooks_of(installation, allow_private=True)
        hooks.register(KEY.account, receiver.url())
        installation.identities.create(KEY)
        async with running(command, *flags, "--resolver", "127.0.0.1:9", "--timeout", "0.2") as process:
            assert await fetched(f"{here}/healthz") == (200, "ok\n")
            status, body = await fetched(f"{here}/readyz")
            assert (status, json.loads(body)) == (200, {"ready": True, "database": "ok", "worker": "ok"})
            async with asyncio.timeout(60):
                while not receiver.got:
                    await asyncio.sleep(0.05)
            told = numbers((await fetched(f"{here}/metrics"))[1])
            assert told["unpend_database_up"] == 1
            assert told["unpend_identities,dkim,pending"] == 1
            assert told["unpend_identities,dkim,success"] == 0
            assert told["unpend_webhook_tries_total,taken"] == 1
            assert {"unpend_webhook_lag_seconds", "unpend_webhooks_waiting", "unpend_queue_age_seconds"} <= set(told)
            assert "process_resident_memory_bytes" in told
            if command == "serve":
                assert told["unpend_requests_total,health,200"] >= 2
                assert told["unpend_request_seconds_count,health"] == 2
            process.send_signal(signal.SIGTERM)
            async with asyncio.timeout(60):
                assert await process.wait() == 0
        assert hooks.store.waiting() == (0, None)
    installation.close()


def test_work_is_traced_for_whoever_collects_and_tells_no_names(monkeypatch: pytest.MonkeyPatch) -> None:
    exporter = InMemorySpanExporter()
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    monkeypatch.setattr(trace, "_TRACER_PROVIDER", provider)

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        await PlainTextResponse("no", 503)(scope, receive, send)

    metrics = Metrics()
    TestClient(Observed(app, metrics)).get("/v2/email/identities/secret.example?token=1")
    with pytest.raises(ValueError, match="broken"), span("unpend.look", shard=3, identities=2):
        raise ValueError("broken")
    request, look = exporter.get_finished_spans()
    assert (request.name, dict(request.attributes or {})) == ("unpend.request", {"door": "sesv2", "method": "GET"})
    assert (look.status.status_code.name, dict(look.attributes or {})) == ("ERROR", {"shard": 3, "identities": 2})
    assert 'unpend_requests_total{door="sesv2",status="503"} 1.0' in metrics.page().decode()


async def test_it_is_not_ready_while_its_database_is_away(tmp_path: Path) -> None:
    installation = open_installation(f"sqlite:///{tmp_path}/engine.db")
    with ThreadPoolExecutor(1) as threads:
        readiness = Readiness(installation.database, threads, lambda: StoreError(DISK_FULL))
        routes = operating(readiness, metrics_of(installation))
        async with AsyncClient(transport=ASGITransport(Router(routes)), base_url="http://here") as client:
            waiting = await client.get("/readyz")
            assert (waiting.status_code, waiting.json()["worker"]) == (503, "waiting")
            installation.close()
            (tmp_path / "engine.db").unlink()
            (tmp_path / "engine.db").mkdir()
            away = await client.get("/readyz")
            assert (away.status_code, away.json()["database"], "retry-after" in away.headers) == (503, "away", True)
            told = numbers((await client.get("/metrics")).text)
            assert told["unpend_database_up"] == 0
            assert "unpend_queue_age_seconds" not in told


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


@pytest.mark.parametrize("page", ["operate.md", "operate.ja.md"])
def test_the_manual_names_every_metric_and_no_other(page: str, tmp_path: Path) -> None:
    text = (Path(__file__).parents[2] / "docs" / page).read_text(encoding="utf-8")
    installation = open_installation(f"sqlite:///{tmp_path}/engine.db")
    metrics = metrics_of(installation)
    metrics.of_work(Tally())
    made = {family.name for family in text_string_to_metric_families(metrics.page().decode())}
    installation.close()
    named = {each.removesuffix("_total") for each in re.findall(r"`(unpend_[a-z_]+)", text)}
    assert named == {each for each in made if each.startswith("unpend_")}

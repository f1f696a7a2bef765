"""`unpend watch`: its back-off, its ends, its events, whom it tells."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest
from lab_cases import look

from unpend.cli.watch import seconds
from unpend.engine import watch as engine
from unpend.engine.notify import notifier
from unpend.lab import Lab, load_scenario
from unpend.model.errors import UsageError
from unpend.report.report import Report

from .lab_flags import flags, typed


async def kinds(lab: Lab, between: Any = lambda: None, **options: Any) -> list[tuple[str, float | None]]:
    """What a watch of the lab says; `between` happens after the first look."""
    seen = []

    async def once(names: frozenset[str] | None) -> Report:
        return await look(lab)

    async for event in engine.watch(once, **options):
        seen.append((str(event.kind), event.pause))
        if len(seen) == 1:
            between()
    return seen


async def test_ends_when_verified(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "FIRST_PAUSE", 0.05)
    async with Lab(load_scenario("doubled-zone")) as lab:
        plan = (await look(lab)).plan

        def repair() -> None:
            lab.apply(plan)
            lab.flush()

        seen = await kinds(lab, repair, deadline=60, keep_going=True)
    assert [kind for kind, _ in seen] == ["looked", "verified"]


async def test_ends_where_somebody_must_act() -> None:
    async with Lab(load_scenario("doubled-zone")) as lab:
        assert await kinds(lab, deadline=60) == [("action_required", None)]


async def test_ends_at_the_deadline_and_looks_ever_more_rarely(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "FIRST_PAUSE", 0.05)
    async with Lab(load_scenario("negative-cached")) as lab:
        seen = await kinds(lab, deadline=0.8)
    pauses = [pause for _, pause in seen if pause is not None]
    assert seen[-1] == ("deadline", None)
    assert pauses[:3] == pytest.approx([0.05, 0.075, 0.1125])


async def test_starts_from_the_beginning_when_something_has_changed() -> None:
    async with Lab(load_scenario("negative-cached")) as lab:
        report = await look(lab)
        backoff = engine.Backoff()
        assert [backoff.after(report) for _ in range(3)] == pytest.approx([5, 7.5, 11.25])
        lab.flush()
        assert backoff.after(await look(lab)) == 5


def test_the_longest_pause_is_a_quarter_of_an_hour() -> None:
    pause = engine.FIRST_PAUSE
    for _ in range(40):
        pause = min(pause * engine.GROWTH, engine.LONGEST_PAUSE)
    assert pause == 900


async def test_json_is_one_event_a_line(tmp_path: Path) -> None:
    async with Lab(load_scenario("negative-cached")) as lab:
        code, out, _ = await typed("watch", *flags(lab, tmp_path), "--format", "json", "--deadline", "6s")
    events = [json.loads(line) for line in out.splitlines()]
    assert code == 124
    assert [event["event"] for event in events] == ["looked", "deadline"]
    assert events[0]["findings"] == ["negative-cached"]
    assert len(events[0]["open"]) == 3
    assert events[-1]["next_look_seconds"] is None


async def test_exit_codes_and_summary(tmp_path: Path) -> None:
    async with Lab(load_scenario("healthy")) as lab:
        code, out, _ = await typed("watch", *flags(lab, tmp_path))
        assert (code, "every record is right" in out) == (0, True)
    async with Lab(load_scenario("doubled-zone")) as lab:
        code, out, _ = await typed("watch", *flags(lab, tmp_path), "--lang", "ja")
        assert (code, "やること" in out) == (1, True)
    async with Lab(load_scenario("negative-cached")) as lab:
        code, out, err = await typed("watch", *flags(lab, tmp_path), stop_after=2.5)
        assert (code, "Stopped after 1 looks" in err) == (3, True), err
        assert "Next look in 5 s." in out


@pytest.fixture
def hook() -> Iterator[tuple[str, list[Any]]]:
    """A webhook on loopback: its URL and what it was told; it redirects what is posted to /moved."""
    heard: list[Any] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            heard.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(302 if self.path == "/moved" else 204)
            self.send_header("Location", "/elsewhere")
            self.end_headers()

        def log_message(self, *arguments: Any) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}", heard
    server.shutdown()
    thread.join()
    server.server_close()


async def test_a_webhook_is_told_of_the_end(tmp_path: Path, hook: tuple[str, list[Any]]) -> None:
    url, heard = hook
    async with Lab(load_scenario("healthy")) as lab:
        code, _, err = await typed("watch", *flags(lab, tmp_path), "--notify", url, "--notify", f"{url}/moved")
    assert code == 0
    assert [event["event"] for event in heard] == ["verified", "verified"]
    assert "HTTP 302" in err


async def test_a_webhook_that_is_down_does_not_end_the_watch(tmp_path: Path) -> None:
    async with Lab(load_scenario("healthy")) as lab:
        code, _, err = await typed("watch", *flags(lab, tmp_path), "--notify", "http://127.0.0.1:9/secret-path")
    assert code == 0
    assert "not delivered" in err
    assert "secret-path" not in err


async def test_mail_is_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    received: list[bytes] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 test\r\n")
        data = False
        while line := await reader.readline():
            received.append(line)
            if data and line != b".\r\n":
                continue
            starts = line[:4].upper() == b"DATA"
            writer.write(b"354 go\r\n" if starts else b"221 bye\r\n" if line[:4].upper() == b"QUIT" else b"250 ok\r\n")
            data = starts
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    monkeypatch.setenv("SMTP_HOST", "127.0.0.1")
    monkeypatch.setenv("SMTP_PORT", str(server.sockets[0].getsockname()[1]))
    tell = notifier("mailto:ops@example.net")
    await asyncio.to_thread(tell, "example.com: verified", {"domain": "example.com.", "event": "verified"})
    server.close()
    assert b"Subject: example.com: verified\r\n" in received
    assert b"rcpt TO:<ops@example.net>\r\n" in received


@pytest.mark.parametrize("url", ["ftp://x/", "file:///etc/passwd", "mailto:", "nonsense", "http://"])
def test_targets_that_cannot_be_told(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SMTP_HOST", raising=False)
    with pytest.raises(UsageError):
        notifier(url)


@pytest.mark.parametrize(("text", "length"), [("90", 90), ("90s", 90), ("30m", 1800), ("72h", 259200), ("3d", 259200)])
def test_lengths_of_time(text: str, length: float) -> None:
    assert seconds(text) == length


@pytest.mark.parametrize("text", ["", "0", "-1", "1w", "h", "999999999999h", "1.5h"])
def test_no_lengths_of_time(text: str) -> None:
    with pytest.raises(UsageError, match="length of time"):
        seconds(text)

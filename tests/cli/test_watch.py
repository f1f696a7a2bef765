"""`unpend watch`: its back-off, its ends, its events, whom it tells."""

from __future__ import annotations

import asyncio
import base64
import json
import threading
from collections.abc import AsyncIterator, Iterator
from email import message_from_bytes, policy
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest
from lab_cases import look

from unpend.cli import notify
from unpend.cli.notify import notifier
from unpend.cli.watch import _Run, seconds
from unpend.engine import watch as engine
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


async def test_only_transitions_are_told(
    hook: tuple[str, list[Any]], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    url, heard = hook
    monkeypatch.setattr(engine, "FIRST_PAUSE", 0.05)
    looks = 0
    async with Lab(load_scenario("negative-cached")) as lab:

        async def once(_: Any, names: frozenset[str] | None) -> Report:
            nonlocal looks
            looks += 1
            if looks == 3:
                lab.flush()
            return await look(lab)

        targets = [notifier(url), notifier(f"slack+{url}/services/T0/B0/secret")]
        run = _Run("en", {"keep_going": False, "format_": "json"}, targets)
        assert await run.through(once, 60) == 0
    said = [json.loads(line)["event"] for line in capsys.readouterr().out.splitlines()]
    assert said == ["looked", "looked", "verified"]
    assert heard[0]["event"] == "verified"
    assert heard[1].keys() == {"text", "content"}
    assert "every record is right" in heard[1]["text"]
    assert len(heard) == 2


class MailServer:
    """An SMTP server (RFC 5321) that takes AUTH PLAIN and keeps what it is sent."""

    def __init__(self) -> None:
        self.commands: list[str] = []
        self.messages: list[bytes] = []
        self.refuses = False

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 test ESMTP\r\n")
        while line := (await reader.readline()).decode().strip():
            self.commands.append(line)
            writer.write(self.answer(line.split()[0].upper()))
            if line.upper() == "DATA":
                self.messages.append((await reader.readuntil(b"\r\n.\r\n"))[:-5])
                writer.write(b"250 kept\r\n")
            if line.upper() == "QUIT":
                break
        writer.close()

    def answer(self, verb: str) -> bytes:
        told = {"EHLO": b"250-test\r\n250 AUTH PLAIN\r\n", "DATA": b"354 go\r\n", "QUIT": b"221 bye\r\n"}
        if verb == "RCPT" and self.refuses:
            return b"550 no such user\r\n"
        return b"235 welcome\r\n" if verb == "AUTH" else told.get(verb, b"250 ok\r\n")


@pytest.fixture
async def post() -> AsyncIterator[tuple[MailServer, int]]:
    office = MailServer()
    server = await asyncio.start_server(office.serve, "127.0.0.1", 0)
    yield office, server.sockets[0].getsockname()[1]
    server.close()


EVENT = {"domain": "example.com.", "event": "verified"}


async def test_mail_is_sent(post: tuple[MailServer, int], monkeypatch: pytest.MonkeyPatch) -> None:
    office, port = post
    monkeypatch.setenv("SMTP_HOST", "127.0.0.1")
    monkeypatch.setenv("SMTP_PORT", str(port))
    told = ("mailto:ops@example.net", f"smtp://me:p%40ss@127.0.0.1:{port}/?to=ops@example.net&from=unpend@example.org")
    for url in told:
        await asyncio.to_thread(notifier(url), "example.com: 検証済み\nmore", EVENT)
    assert office.commands.count("rcpt TO:<ops@example.net>") == 2
    assert [c.partition(" size")[0] for c in office.commands if c.startswith("mail ")] == [
        "mail FROM:<unpend@example.com>",
        "mail FROM:<unpend@example.org>",
    ]
    (login,) = (command for command in office.commands if command.startswith("AUTH"))
    assert base64.b64decode(login.split()[-1]) == b"\0me\0p@ss"
    for kept in office.messages:
        message = message_from_bytes(kept, policy=policy.default)
        assert message["Subject"] == "example.com: 検証済み"
        assert '"event": "verified"' in message.get_body().get_content()  # type: ignore[union-attr]


async def test_mail_that_is_not_taken(post: tuple[MailServer, int], monkeypatch: pytest.MonkeyPatch) -> None:
    office, port = post
    office.refuses = True
    with pytest.raises(OSError, match="no such user"):
        await asyncio.to_thread(notifier(f"smtp://127.0.0.1:{port}/?to=nobody@example.net"), "said", EVENT)
    monkeypatch.setattr(notify, "_here", lambda _: False)
    with pytest.raises(OSError, match="no TLS") as error:
        await asyncio.to_thread(notifier(f"smtp://me:secret@127.0.0.1:{port}/?to=ops@example.net"), "said", EVENT)
    assert "secret" not in str(error.value)
    assert not any(command.startswith("AUTH") for command in office.commands)


@pytest.mark.parametrize(
    "url",
    [
        "ftp://x/",
        "file:///etc/passwd",
        "mailto:",
        "nonsense",
        "http://",
        "smtp://mail.example.net/",
        "smtp://mail.example.net:x/?to=a@b",
        "slack+ftp://x/",
    ],
)
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

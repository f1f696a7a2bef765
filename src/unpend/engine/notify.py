"""Telling somebody that a watch came to something: a webhook, a Slack-compatible one, or an e-mail."""

from __future__ import annotations

import json
import os
import re
import smtplib
import ssl
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from email.message import EmailMessage
from ipaddress import ip_address
from typing import Any
from urllib.error import HTTPError
from urllib.parse import SplitResult, parse_qs, quote, unquote, urlsplit

from unpend.model.errors import UsageError
from unpend.model.text import Text

TIMEOUT = 10.0
CHATS = ("hooks.slack.com", "discord.com", "discordapp.com", "chat.googleapis.com")
SLACK = "slack+"
ADDRESS = re.compile(r"[!-+\--~]{1,64}@[A-Za-z0-9.-]{1,255}")
NOT_A_TARGET = Text(en="{url} is nothing that can be notified.", ja="{url} は通知先として使えません。")
TARGETS = Text(
    en="Give https://… (a webhook; Slack's and Google Chat's are known), slack+https://… (whatever takes what Slack takes), "
    "smtp://USER:PASSWORD@HOST/?to=ADDRESS (smtps:// for TLS from the start), or mailto:ADDRESS with SMTP_HOST set.",
    ja="https://…（Webhook。Slack と Google Chat にも対応）、slack+https://…（Slack 互換の Webhook）、"
    "smtp://USER:PASSWORD@HOST/?to=アドレス（最初から TLS なら smtps://）、または mailto:アドレス（SMTP_HOST の設定が必要）を指定してください。",
)
FAILED = Text(en="The notification was not delivered: {why}", ja="通知を送信できませんでした: {why}")
Notify = Callable[[str, dict[str, Any]], None]


@dataclass(frozen=True, slots=True)
class Post:
    """Where mail is handed in, and to whom it goes."""

    host: str
    port: int
    to: str
    sender: str = ""
    username: str = ""
    password: str = ""
    tls: bool = False


def notifier(url: str) -> Notify:
    """A function that delivers a sentence and an event there; OSError where it cannot. UsageError for a bad target."""
    parts = urlsplit(url)
    if parts.scheme.removeprefix(SLACK) in {"http", "https"} and parts.hostname:
        where, chat = without_slack(url), is_chat(url)
        return lambda said, event: _post(where, chat_message(said) if chat else event)
    post = _office(parts)
    if post is None:
        raise UsageError(NOT_A_TARGET.fill(url=_without_secrets(url)), TARGETS)
    return lambda said, event: _mail(post, said, event)


def is_chat(url: str) -> bool:
    """Whether people read there: Slack, Discord, Google Chat, or what takes the same."""
    parts = urlsplit(url)
    return parts.scheme.startswith(SLACK) or parts.hostname in CHATS


def without_slack(url: str) -> str:
    """The URL that is called."""
    return url.removeprefix(SLACK)


def chat_message(said: str) -> dict[str, str]:
    """A sentence in the form that all of them take."""
    return {"text": said, "content": said}


def mail_address(url: str) -> str | None:
    """The one address of a mailto: URL; None for anything else. Whatever could begin another header or name another
    receiver is none."""
    parts = urlsplit(url)
    address = unquote(parts.path) if parts.scheme == "mailto" else ""
    return address if ADDRESS.fullmatch(address) else None


def mail(address: str, said: str, event: dict[str, Any]) -> None:
    """One mail over the operator's own server, SMTP_HOST; OSError where it is not taken."""
    post = _office(urlsplit(f"mailto:{quote(address, safe='@')}"))
    if post is None:
        raise OSError("SMTP_HOST is not set")
    _mail(post, said, event)


def _office(parts: SplitResult) -> Post | None:
    """The mail server of smtp://, smtps:// or, by the environment, mailto:."""
    settings = os.environ
    try:
        if parts.scheme == "mailto" and "@" in parts.path and settings.get("SMTP_HOST"):
            sender, username, password = (settings.get(f"SMTP_{name}", "") for name in ("FROM", "USERNAME", "PASSWORD"))
            port = int(settings.get("SMTP_PORT", "25"))
            return Post(settings["SMTP_HOST"], port, unquote(parts.path), sender, username, password)
        told = {key: values[0] for key, values in parse_qs(parts.query).items()}
        if parts.scheme in {"smtp", "smtps"} and parts.hostname and "@" in told.get("to", ""):
            tls = parts.scheme == "smtps"
            login = (unquote(parts.username or ""), unquote(parts.password or ""))
            port = parts.port or (465 if tls else 587 if parts.username else 25)
            return Post(parts.hostname, port, told["to"], told.get("from", ""), *login, tls)
    except ValueError:
        return None
    return None


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *arguments: Any) -> None:
        """A webhook that moves is not followed: what was agreed on is this URL."""


def _post(url: str, body: dict[str, Any]) -> None:
    request = urllib.request.Request(url, json.dumps(body).encode(), {"Content-Type": "application/json"})  # noqa: S310
    try:
        with urllib.request.build_opener(_NoRedirect).open(request, timeout=TIMEOUT) as answer:
            answer.read(1000)
    except HTTPError as error:
        error.close()
        raise OSError(f"HTTP {error.code}") from None


def _mail(post: Post, said: str, event: dict[str, Any]) -> None:
    """With TLS wherever it is offered; a password goes only over TLS with a certificate that holds, or to this machine."""
    message = EmailMessage()
    message["Subject"] = said.splitlines()[0][:200]
    message["From"] = post.sender or f"unpend@{event['domain'].rstrip('.')}"
    message["To"] = post.to
    message.set_content(said + "\n\n" + json.dumps(event, indent=1, ensure_ascii=False))
    try:
        with _handed_in(post) as server:
            if post.username:
                server.login(post.username, post.password)
            server.send_message(message)
    except smtplib.SMTPException as error:
        raise OSError(str(error)) from error
    except ValueError as error:
        raise OSError(type(error).__name__) from error


def _handed_in(post: Post) -> smtplib.SMTP:
    certain = ssl.create_default_context()
    if post.tls:
        return smtplib.SMTP_SSL(post.host, post.port, timeout=TIMEOUT, context=certain)
    server = smtplib.SMTP(post.host, post.port, timeout=TIMEOUT)
    server.ehlo()
    if server.has_extn("starttls"):
        server.starttls(context=certain if post.username else None)
    elif post.username and not _here(post.host):
        server.close()
        raise OSError("the server offers no TLS, and a password is not sent without")
    return server


def _here(host: str) -> bool:
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


def _without_secrets(url: str) -> str:
    """Paths of webhooks and userinfo are credentials."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.hostname or ''}/…" if parts.scheme else "…"

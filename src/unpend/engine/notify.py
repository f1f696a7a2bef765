"""Telling somebody that a watch came to something: a webhook, a Slack-compatible one, or an e-mail."""

from __future__ import annotations

import json
import os
import re
import smtplib
import urllib.request
from collections.abc import Callable
from email.message import EmailMessage
from typing import Any
from urllib.error import HTTPError
from urllib.parse import unquote, urlsplit

from unpend.model.errors import UsageError
from unpend.model.text import Text

TIMEOUT = 10.0
CHATS = ("hooks.slack.com", "discord.com", "discordapp.com", "chat.googleapis.com")
NOT_A_TARGET = Text(en="{url} is nothing that can be notified.", ja="{url} は通知先として使えません。")
TARGETS = Text(
    en="Give https://… (a webhook; Slack's and Google Chat's are known), or mailto:ADDRESS with SMTP_HOST set.",
    ja="https://…（Webhook。Slack と Google Chat にも対応）、または mailto:アドレス（SMTP_HOST の設定が必要）を指定してください。",
)
FAILED = Text(en="The notification was not delivered: {why}", ja="通知を送信できませんでした: {why}")
Notify = Callable[[str, dict[str, Any]], None]


def notifier(url: str) -> Notify:
    """A function that delivers a sentence and an event there; OSError where it cannot. UsageError for a bad target."""
    parts = urlsplit(url)
    if parts.scheme in {"http", "https"} and parts.hostname:
        return lambda said, event: _post(url, chat_message(said) if is_chat(url) else event)
    address = mail_address(url)
    if address and os.environ.get("SMTP_HOST"):
        return lambda said, event: mail(address, said, event)
    raise UsageError(NOT_A_TARGET.fill(url=_without_secrets(url)), TARGETS)


def is_chat(url: str) -> bool:
    """Whether people read there: Slack, Discord or Google Chat."""
    return urlsplit(url).hostname in CHATS


def chat_message(said: str) -> dict[str, str]:
    """A sentence in the form that all of them take."""
    return {"text": said, "content": said}


def mail_address(url: str) -> str | None:
    """The one address of a mailto: URL; None for anything else. Whatever could begin another header is none."""
    parts = urlsplit(url)
    address = unquote(parts.path) if parts.scheme == "mailto" else ""
    return address if re.fullmatch(r"[!-~]{1,64}@[A-Za-z0-9.-]{1,255}", address) and "," not in address else None


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


def mail(address: str, said: str, event: dict[str, Any]) -> None:
    """Over SMTP_HOST[:SMTP_PORT], with TLS wherever it is offered; SMTP_USERNAME, SMTP_PASSWORD, SMTP_FROM."""
    message = EmailMessage()
    message["Subject"] = said.splitlines()[0][:200]
    message["From"] = os.environ.get("SMTP_FROM") or f"unpend@{event['domain'].rstrip('.')}"
    message["To"] = address
    message.set_content(said + "\n\n" + json.dumps(event, indent=1, ensure_ascii=False))
    try:
        with smtplib.SMTP(os.environ["SMTP_HOST"], int(os.environ.get("SMTP_PORT", "25")), timeout=TIMEOUT) as server:
            server.ehlo()
            if server.has_extn("starttls"):
                server.starttls()
            if os.environ.get("SMTP_USERNAME"):
                server.login(os.environ["SMTP_USERNAME"], os.environ.get("SMTP_PASSWORD", ""))
            server.send_message(message)
    except (smtplib.SMTPException, ValueError) as error:
        raise OSError(str(error)) from error


def _without_secrets(url: str) -> str:
    """Paths of webhooks and userinfo are credentials."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.hostname or ''}/…" if parts.scheme else "…"

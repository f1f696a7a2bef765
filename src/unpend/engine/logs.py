"""Logs on stderr, one event a line, without secrets: JSON for machines, aligned words for a terminal.

All modules use the standard `logging`, libraries too, so that nobody's line comes out in another form. Redaction is the
last step before rendering, and looks at values as well as at names: a secret in a message is a secret.
"""

from __future__ import annotations

import logging
import re
import sys
from collections.abc import Mapping, MutableMapping
from typing import Any, Literal, TextIO

import structlog
from structlog.typing import Processor

Form = Literal["text", "json"]
HIDDEN = "[hidden]"
LINES = "\n\t"
LONGEST = 4000
MOST_DEEP = 4
NAMES = re.compile(
    r"secret|password|passwd|authorization|signature|cookie|api.?key|private.?key|credential|token$", re.I
)
VALUES = (
    re.compile(r"whsec_[A-Za-z0-9+/=_-]+"),
    re.compile(r"(?i)\b(?:bearer|basic)\s+[A-Za-z0-9+/=._~-]{8,}"),
    re.compile(r"AWS4-HMAC-SHA256\s.*"),
    re.compile(r"(?i)\bX-Amz-(?:Signature|Credential|Security-Token)=[^&\s\"']+"),
    re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)", re.S),
    re.compile(r"(?<=://)[^/\s:@]*:[^/\s@]*(?=@)"),
)
# A webhook's path and query are its credential.
WEBHOOK = re.compile(r"(https?://(?:hooks\.slack\.com|(?:\w+\.)?discord(?:app)?\.com|chat\.googleapis\.com))/[^\s\"']*")


def configure(form: Form, level: str = "info", stream: TextIO | None = None) -> None:
    """Send everything that is logged in this process to stderr in this form."""
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.ExtraAdder(),
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
    ]
    rendering: list[Processor] = [structlog.stdlib.ProcessorFormatter.remove_processors_meta, redacted]
    rendering.append(
        structlog.processors.JSONRenderer(ensure_ascii=False, default=str)
        if form == "json"
        else structlog.dev.ConsoleRenderer(colors=False, exception_formatter=structlog.dev.plain_traceback)
    )
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(structlog.stdlib.ProcessorFormatter(processors=rendering, foreign_pre_chain=shared))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level.upper())
    for chatty in ("procrastinate", "uvicorn", "alembic"):
        logging.getLogger(chatty).setLevel(max(logging.WARNING, root.level))


def redacted(_: Any, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """The event without secrets, control characters and endless values."""
    traces = {key: _shown(str(event[key]), LINES) for key in ("exception", "stack") if event.get(key)}
    return {key: HIDDEN if NAMES.search(key) else _clean(value, 0) for key, value in event.items()} | traces


def _clean(value: Any, depth: int) -> Any:
    if value is None or isinstance(value, bool | int | float):
        return value
    if depth < MOST_DEEP and isinstance(value, Mapping):
        return {str(k): HIDDEN if NAMES.search(str(k)) else _clean(v, depth + 1) for k, v in value.items()}
    if depth < MOST_DEEP and isinstance(value, list | tuple | set | frozenset):
        return [_clean(each, depth + 1) for each in value]
    return _shown(str(value).strip(), "")


def _shown(text: str, allowed: str) -> str:
    """A line break would let a stranger's words pass for a line of ours; only traces have them."""
    text = WEBHOOK.sub(r"\1/" + HIDDEN, text)
    for pattern in VALUES:
        text = pattern.sub(HIDDEN, text)
    text = "".join(each if each.isprintable() or each in allowed else "\N{REPLACEMENT CHARACTER}" for each in text)
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}… (+{len(text) - LONGEST})"

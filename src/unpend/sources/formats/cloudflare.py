"""Cloudflare's DNS records: the bodies in `curl --data '…'` commands, or the API's own JSON list."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Iterator
from typing import Any

from unpend.model.expected import Expected
from unpend.model.text import Text
from unpend.sources.asked import Asked, Document
from unpend.sources.naming import TYPES
from unpend.sources.rows import Row
from unpend.sources.shapes import mapping, word
from unpend.sources.tool_rows import expected_of, row

SOURCE = "cloudflare"
KNOWN_AS = Text(
    en="`curl` commands for Cloudflare's API, or its list of DNS records (JSON)",
    ja="Cloudflare の API を呼ぶ `curl` コマンド、または DNS レコード一覧（JSON）",
)
_POST = re.compile(r"^.{0,2000}?(?:--data|-d|--data-raw|--json)[ =](.{1,9000})$", re.MULTILINE)


def recognises(document: Document) -> bool:
    return any(True for _ in _bodies(document))


def _bodies(document: Document) -> Iterator[dict[str, Any]]:
    """Everything that names a record with type, name and content."""
    if document.data is None:
        found: Iterator[Any] = (_json(match) for match in _POST.findall(document.text))
    else:
        listed = mapping(document.data).get("result")
        found = iter(listed if isinstance(listed, list) else [])
    yield from (held for each in found if {"type", "name", "content"} <= (held := mapping(each)).keys())


def _json(argument: str) -> Any:
    """The first word of a shell line as JSON; what is neither is nothing."""
    try:
        return json.loads(shlex.split(argument)[0])
    except (ValueError, IndexError, RecursionError):
        return None


def read(document: Document, asked: Asked) -> Expected:
    return expected_of(_rows(document, asked), asked, SOURCE)


def _rows(document: Document, asked: Asked) -> Iterator[Row]:
    for held in _bodies(document):
        type_, value, priority = word(held["type"]), word(held["content"]), word(held.get("priority"))
        if type_.upper() in TYPES and value:
            value = f"{priority} {value}" if type_.upper() == "MX" and priority and " " not in value else value
            yield row(word(held["name"]), type_, value, asked, held.get("ttl"))

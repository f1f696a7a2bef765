"""The steps that unpend prints for a panel, or as a message to whoever runs the DNS: what they say to add or to change.

A step is its sentence, the panel's fields in their order (name, type, values, each of an MX with its priority before it,
TTL), whatever the panel calls them, and the full name. What is to be deleted is not wanted.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from unpend.model.expected import Expected
from unpend.model.text import Text
from unpend.sources.asked import Asked, Document
from unpend.sources.naming import TYPES
from unpend.sources.rows import Row
from unpend.sources.tool_rows import expected_of, row

SOURCE = "panel-steps"
KNOWN_AS = Text(en="the steps that unpend prints for a panel", ja="unpend が表示した管理画面での手順")
FEWEST = 3  # a name, a type, a TTL
_WANTED = r"Add this record|Change this record to|次のレコードを追加します|次のレコードをこの内容に変更します"
_FULL = r"[(（](?:full name|完全な名前):"
_STEP = re.compile(
    rf"^[^\S\n]*\d{{1,4}}\. (?:{_WANTED}):[^\S\n]*\n((?:[^\S\n]+(?!{_FULL})\S[^\n]*\n){{1,200}})[^\S\n]+{_FULL}([^)）]*)[)）]",
    re.MULTILINE,
)
_FIELD = re.compile(r"^[^\S\n]+[^\n]{1,40}?(?::[^\S\n]|[^\S\n]{2})[^\S\n]*(\S[^\n]*)$", re.MULTILINE)


def recognises(document: Document) -> bool:
    return document.data is None and _STEP.search(document.text) is not None


def read(document: Document, asked: Asked) -> Expected:
    return expected_of(_rows(document.text, asked), asked, SOURCE)


def _rows(text: str, asked: Asked) -> Iterator[Row]:
    for step, full in _STEP.findall(text):
        fields = _FIELD.findall(step)
        if len(fields) > FEWEST and fields[1] in TYPES:
            _, type_, *values, ttl = fields
            name = "".join(full.split()).rstrip(".") + "."
            yield from (row(name, type_, value, asked, ttl) for value in _values(type_, values))


def _values(type_: str, fields: list[str]) -> Iterator[str]:
    if type_ == "MX":
        pairs = zip(fields[::2], fields[1::2], strict=False)
        yield from (f"{priority} {host.rstrip('.')}." for priority, host in pairs)
    else:
        yield from (f"{field.rstrip('.')}." if type_ in {"CNAME", "NS"} else field for field in fields)

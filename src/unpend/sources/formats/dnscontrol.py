"""DNSControl's dnsconfig.js: the records inside `D(…)` and `D_EXTEND(…)`, as far as they are written out.

JavaScript is read, not run: a call is taken whose arguments are strings and numbers; variables and functions are not followed.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from unpend.model.expected import Expected
from unpend.model.names import absolute
from unpend.model.text import Text
from unpend.sources.asked import Asked, Document
from unpend.sources.rows import Row
from unpend.sources.tool_rows import expected_of, in_zone, row

SOURCE = "dnscontrol"
KNOWN_AS = Text(en="DNSControl's dnsconfig.js (D and D_EXTEND)", ja="DNSControl の dnsconfig.js（D、D_EXTEND）")
_STRING = re.compile(r'"(?:[^"\\\n]|\\.)*"|\'(?:[^\'\\\n]|\\.)*\'|`[^`\\$]*`')
# A string that nobody closes ends with its line, so that nothing is read twice.
_TOKEN = re.compile(
    r"(?<![A-Za-z0-9_.$])(D_EXTEND|D|CNAME|TXT|MX|NS|A|AAAA)[^\S\n]{0,9}\(\s{0,99}(?=[\"'`])"
    r'|"(?:[^"\\\n]|\\.)*["\\]?|\'(?:[^\'\\\n]|\\.)*[\'\\]?|`[^`]*`?'
)
_NUMBER = re.compile(r"\d{1,9}")
_COMMA = re.compile(r"\s{0,99},\s{0,99}")
_TTL = re.compile(r"TTL\(\s{0,9}(\d{1,9})\s{0,9}\)")
_COMMENT = re.compile(r"^[^\S\n]*//.*$", re.MULTILINE)
Call = tuple[str, list[str], str]


def recognises(document: Document) -> bool:
    return document.data is None and any(word in {"D", "D_EXTEND"} for word, _, _ in _calls(document.text))


def _calls(text: str) -> Iterator[Call]:
    """(function, its leading strings and numbers, its TTL), one after the other; what stands in a string is no call."""
    clean, at = _COMMENT.sub("", text), 0
    while token := _TOKEN.search(clean, at):
        at = token.end()
        if token[1]:
            arguments, end = _arguments(clean, at)
            ttl = _TTL.match(clean, end)
            yield token[1], arguments, ttl[1] if ttl else ""
            at = max(at, end)


def _arguments(text: str, at: int) -> tuple[list[str], int]:
    """The strings and numbers from here on, and where something else begins."""
    found: list[str] = []
    while len(found) < 20 and (part := _STRING.match(text, at) or _NUMBER.match(text, at)):
        found.append(_text(part[0]))
        at = part.end()
        comma = _COMMA.match(text, at)
        if comma is None:
            break
        at = comma.end()
    return found, at


def _text(literal: str) -> str:
    """A literal's content; of JavaScript's escapes those that JSON has too."""
    if literal[0].isdigit():
        return literal
    inner = literal[1:-1].replace("\\'", "'")
    if literal[0] != '"':
        inner = re.sub(r'(?<!\\)"', r"\\\"", inner)
    try:
        return str(json.loads(f'"{inner}"'))
    except ValueError:
        return literal[1:-1]


def read(document: Document, asked: Asked) -> Expected:
    return expected_of(_rows(document.text, asked), asked, SOURCE)


def _rows(text: str, asked: Asked) -> Iterator[Row]:
    zone = asked.domain
    for word, arguments, ttl in _calls(text):
        if word in {"D", "D_EXTEND"}:
            zone = absolute(arguments[0]) if arguments and arguments[0] else asked.domain
        elif len(arguments) >= (3 if word == "MX" else 2):
            value = " ".join(arguments[1:3]) if word == "MX" else arguments[1]
            if word in {"CNAME", "MX", "NS"}:
                front, _, target = value.rpartition(" ")
                value = f"{front} {in_zone(target, zone)}".strip()
            yield row(in_zone(arguments[0], zone), word, value, asked, ttl)

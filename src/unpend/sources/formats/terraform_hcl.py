"""Terraform's own language (HCL): record resources of Route 53, Cloudflare, Google and Azure, as far as they are written out.

What stands in variables and references cannot be known here; `terraform show -json` has it. Such records are left out and said.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import zip_longest

from unpend.model.expected import Expected
from unpend.model.names import absolute
from unpend.model.text import Text
from unpend.sources.asked import Asked, Document
from unpend.sources.naming import TYPES
from unpend.sources.rows import Row
from unpend.sources.tool_rows import expected_of, in_zone, row

SOURCE = "terraform-hcl"
KNOWN_AS = Text(
    en="Terraform resources of DNS records (HCL: Route 53, Cloudflare, Google, Azure)",
    ja="Terraform の DNS レコードのリソース（HCL: Route 53、Cloudflare、Google、Azure）",
)
_HEAD = re.compile(
    r'^[^\S\n]*resource[^\S\n]+"(aws_route53_record|cloudflare_(?:dns_)?record|google_dns_record_set|azurerm_dns_([a-z]{1,6})_record)"'
    r'[^\S\n]+"([^"\n]{1,200})"[^\S\n]*\{',
    re.MULTILINE,
)
_END = re.compile(r"^\}", re.MULTILINE)
_FIELD = re.compile(r"^[^\S\n]*([a-z_]{1,30})[^\S\n]*=[^\S\n]*", re.MULTILINE)
_STRING = re.compile(r'"(?:[^"\\\n]|\\.)*"')
_NUMBER = re.compile(r"\d{1,9}(?=\s)")
_BETWEEN = re.compile(r"[\s,]{0,200}")
LEFT_OUT = Text(
    en="Resources whose names or values are not written out were left out: {labels}. `terraform show -json` has them.",
    ja="名前や値が直接書かれていないリソースは除外しました: {labels}（`terraform show -json` の出力なら読み取れます）。",
)


@dataclass(frozen=True, slots=True)
class Resource:
    """One resource: fields with their strings; a repeated field has one entry a time."""

    kind: str
    type: str
    label: str
    fields: tuple[tuple[str, tuple[str, ...]], ...]

    def one(self, name: str) -> str:
        """The first value of a field, "" where it has none that is written out."""
        return next((values[0] for field, values in self.fields if field == name and values), "")

    def all(self, *names: str) -> list[str]:
        """Every value of these fields."""
        return [value for field, values in self.fields if field in names for value in values]


def recognises(document: Document) -> bool:
    return document.data is None and _HEAD.search(document.text) is not None


def _resources(text: str) -> Iterator[Resource]:
    heads = list(_HEAD.finditer(text))
    for head, following in zip_longest(heads, heads[1:]):
        last = following.start() if following else len(text)
        end = _END.search(text, head.end(), last)
        body = text[head.end() : end.start() if end else last]
        yield Resource(head[1], (head[2] or "").upper(), head[3], tuple(_fields(body)))


def _fields(body: str) -> Iterator[tuple[str, tuple[str, ...]]]:
    for found in _FIELD.finditer(body):
        yield found[1], _strings(body, found.end())


def _strings(body: str, at: int) -> tuple[str, ...]:
    """A string, a number, or a list of strings; nothing for an expression, and for a string that holds one."""
    if number := _NUMBER.match(body, at):
        return (number[0],)
    listed = body[at : at + 1] == "["
    at += listed
    found: list[str] = []
    while part := _STRING.match(body, space.end() if (space := _BETWEEN.match(body, at)) and listed else at):
        if re.search(r"(?<![$%])[$%]\{", part[0]):
            return ()
        found.append(_text(part[0]))
        at = part.end()
        if not listed:
            break
    return tuple(found)


def _text(literal: str) -> str:
    try:
        return str(json.loads(literal)).replace("$${", "${").replace("%%{", "%{")
    except ValueError:
        return literal[1:-1]


def read(document: Document, asked: Asked) -> Expected:
    rows: list[Row] = []
    left: list[str] = []
    for resource in _resources(document.text):
        made = list(_rows(resource, asked))
        rows += made
        left += [] if made else [resource.label]
    return expected_of(rows, asked, SOURCE, (LEFT_OUT.fill(labels=left[:10]),) if left else ())


def _rows(held: Resource, asked: Asked) -> Iterator[Row]:
    type_, name = held.type or held.one("type").upper(), held.one("name")
    if held.type:
        zone = held.one("zone_name")
        name = in_zone(name, absolute(zone)) if zone and name else ""
    if name and type_ in TYPES:
        yield from (row(name, type_, value, asked, held.one("ttl")) for value in _values(held, type_))


def _values(held: Resource, type_: str) -> Iterator[str]:
    """The values as DNS has them: each resource writes TXT and MX in its own way."""
    if held.kind == "aws_route53_record":
        yield from (f'"{value}"' if type_ == "TXT" else value for value in held.all("records"))
    elif held.kind == "google_dns_record_set":
        yield from held.all("rrdatas")
    elif held.type == "MX":
        pairs = zip(held.all("preference"), held.all("exchange"), strict=False)
        yield from (f"{preference} {exchange}" for preference, exchange in pairs)
    elif held.type:
        yield from (json.dumps(v) if type_ == "TXT" else v for v in held.all("record", "records", "value"))
    else:
        priority = held.one("priority")
        front = f"{priority} " if type_ == "MX" and priority else ""
        yield from (front + value for value in held.all("content", "value"))

"""From a method and a path to an operation: every way that any SDK release since botocore 1.34 calls SES v2.

`routes.json` is written by tests/sesv2/routes_of_botocore.py. Paths have moved between releases (ListEmailIdentities became a POST to
`list-identities`, DKIM signing left `/v1`); both ways lead to the same operation.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from urllib.parse import unquote_to_bytes

import msgspec

from unpend.sesv2.errors import bad_request, no_such_path

Pattern = tuple[str, ...]


def match(method: str, path: str) -> tuple[str, Mapping[str, str]]:
    """The operation and the names in its path, decoded once."""
    segments = tuple(path.split("/"))
    for pattern, operation in _table().get((method, len(segments)), ()):
        if all(part == segment or part[:1] == "{" for part, segment in zip(pattern, segments, strict=True)):
            named = zip(pattern, segments, strict=True)
            return operation, {part[1:-1]: _decoded(segment) for part, segment in named if part[:1] == "{"}
    raise no_such_path()


def operations() -> frozenset[str]:
    """All that the SDKs know."""
    return frozenset(_routes())


@cache
def _routes() -> Mapping[str, list[str]]:
    text = files("unpend.sesv2").joinpath("routes.json").read_bytes()
    return msgspec.json.decode(text, type=dict[str, list[str]])


@cache
def _table() -> Mapping[tuple[str, int], list[tuple[Pattern, str]]]:
    """By method and number of segments; the patterns with fewer places first, since they are the narrower ones."""
    table: dict[tuple[str, int], list[tuple[Pattern, str]]] = {}
    for operation, ways in _routes().items():
        for method, _, path in (way.partition(" ") for way in ways):
            pattern = tuple(path.split("/"))
            table.setdefault((method, len(pattern)), []).append((pattern, operation))
    for entries in table.values():
        entries.sort(key=lambda entry: sum(part[:1] == "{" for part in entry[0]))
    return table


def _decoded(segment: str) -> str:
    try:
        text = unquote_to_bytes(segment).decode()
    except UnicodeDecodeError:
        raise bad_request("The path is not UTF-8.") from None
    if not text:
        raise bad_request("A name in the path is empty.")
    return text

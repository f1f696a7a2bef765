"""From a method and a path to an operation: every way that any SDK release since botocore 1.34 calls SES v2.

`routes.json` is written by tests/sesv2/routes_of_botocore.py. Paths have moved between releases (ListEmailIdentities became a POST to
`list-identities`, DKIM signing left `/v1`); both ways lead to the same operation.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any
from urllib.parse import unquote_to_bytes

import msgspec

from unpend.sesv2.errors import bad_request, no_such_path

PLACE = "{}"
OPERATION = None
Branch = dict[str | None, Any]


def match(method: str, path: str) -> tuple[str, Mapping[str, str]]:
    """The operation and the names in its path, decoded once."""
    branch, named = _tree().get(method, {}), []
    for segment in path.split("/"):
        further = branch.get(segment)
        if further is None or segment == PLACE:
            further = branch.get(PLACE, {})
            named.append(segment)
        branch = further
    operation = branch.get(OPERATION)
    if operation is None:
        raise no_such_path()
    return operation[0], {name: _decoded(segment) for name, segment in zip(operation[1], named, strict=True)}


def operations() -> frozenset[str]:
    """All that the SDKs know."""
    return frozenset(_routes())


@cache
def _routes() -> Mapping[str, list[str]]:
    text = files("unpend.sesv2").joinpath("routes.json").read_bytes()
    return msgspec.json.decode(text, type=dict[str, list[str]])


@cache
def _tree() -> Branch:
    """Method, then segment by segment, then the operation with the names of its places. A segment that is spelt out goes before a place."""
    tree: Branch = {}
    for operation, ways in _routes().items():
        for method, _, path in (way.partition(" ") for way in ways):
            branch, names = tree.setdefault(method, {}), []
            for part in path.split("/"):
                names += [part[1:-1]] if part[:1] == "{" else []
                branch = branch.setdefault(PLACE if part[:1] == "{" else part, {})
            branch[OPERATION] = (operation, names)
    return tree


def _decoded(segment: str) -> str:
    try:
        text = unquote_to_bytes(segment).decode()
    except UnicodeDecodeError:
        raise bad_request("The path is not UTF-8.") from None
    if not text:
        raise bad_request("A name in the path is empty.")
    return text

"""The TOML files beside this one: package data, read once each."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files
from typing import Any

from unpend.model.text import Text


@cache
def table(name: str) -> dict[str, Any]:
    """One file of the catalogue, parsed."""
    return tomllib.loads(files(__package__).joinpath(name).read_text(encoding="utf-8"))


def text(held: dict[str, str] | str) -> Text:
    """A pair of sentences, or one name that is the same in both languages."""
    if isinstance(held, str):
        return Text(en=held, ja=held)
    return Text(en=held["en"], ja=held["ja"])

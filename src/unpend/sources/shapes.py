"""Pieces of a parsed file taken as what they ought to be, or as nothing: files lie about their types."""

from __future__ import annotations

import re
from typing import Any


def mapping(value: Any) -> dict[str, Any]:
    """The value if it is an object with text keys."""
    return {k: v for k, v in value.items() if isinstance(k, str)} if isinstance(value, dict) else {}


def word(value: Any) -> str:
    """The value as text if it is text or a whole number."""
    if isinstance(value, str):
        return value.strip()
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) < 10**18:
        return str(value)
    return ""


def strings(value: Any) -> list[str]:
    """The texts of a list; one text alone counts as a list of one."""
    items = value if isinstance(value, list) else [value]
    return [text for item in items if (text := word(item))]


def status(value: Any) -> str | None:
    """A status in the spelling of the API v2: "TemporaryFailure" is "TEMPORARY_FAILURE"."""
    text = word(value)
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", text).upper()[:40] or None


def switch(value: Any) -> bool | None:
    """The value if it is a yes or a no; text ("true") counts too, since loose YAML has nothing else."""
    if isinstance(value, bool):
        return value
    return {"true": True, "false": False}.get(word(value).lower())

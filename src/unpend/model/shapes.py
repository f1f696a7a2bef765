"""Values of which only the shape is known: `u<account>.wl<server>.sendgrid.net.` stands for every account's target.

A part in angle brackets is one or more characters, inside one label of a name or anywhere in a text. No regular
expression: a saved case brings shapes of strangers, and this takes linear time for any of them.
"""

from __future__ import annotations

import re

_UNKNOWN = re.compile(r"<[^<>]{0,60}>")


def is_shape(value: str) -> bool:
    """Whether a part of the value is not known."""
    return _UNKNOWN.search(value) is not None


def filled(value: str, part: str) -> str:
    """The value with something in the place of every unknown part."""
    return _UNKNOWN.sub(part, value)


def name_fits(shape: str, value: str) -> bool:
    """Whether a name, or an MX value, has the shape: label by label, case does not count (RFC 4343)."""
    wanted, found = shape.lower().split("."), value.lower().split(".")
    return len(wanted) == len(found) and all(map(text_fits, wanted, found))


def text_fits(shape: str, value: str) -> bool:
    """Whether a text has the shape; the fixed parts are sought from left to right, each as early as can be."""
    fixed = _UNKNOWN.split(shape)
    if len(fixed) == 1:
        return shape == value
    first, last = fixed[0], fixed[-1]
    if not value.startswith(first) or not value.endswith(last):
        return False
    at, end = len(first), len(value) - len(last)
    for part in fixed[1:-1]:
        found = value.find(part, at + 1, end)
        if found < 0:
            return False
        at = found + len(part)
    return at < end

"""Domain names as text: lower-case, absolute, with the final dot, RFC 1035 section 5.1 escapes kept.

Everything above floor 0 holds a name in this one form, so that `==` is a comparison of names (RFC 4343).
"""

from __future__ import annotations

import re

ROOT = "."
_LABEL = re.compile(r"(?:\\\d{3}|\\.|[^.\\])+", re.DOTALL)


def absolute(name: str) -> str:
    """The name in lower case with its final dot; "" and "." are the root."""
    name = name.lower()
    return name if _ends_with_dot(name) else name + "."


def _ends_with_dot(name: str) -> bool:
    if not name.endswith("."):
        return False
    backslashes = len(name[:-1]) - len(name[:-1].rstrip("\\"))
    return backslashes % 2 == 0


def labels(name: str) -> tuple[str, ...]:
    """The labels from left to right, without the root's empty one."""
    if "\\" not in name:
        return tuple(filter(None, name.split(".")))
    return tuple(_LABEL.findall(name))


def joined(parts: tuple[str, ...] | list[str]) -> str:
    """The name that these labels make."""
    return ".".join(parts) + "."


def parent(name: str) -> str:
    """The name one label up; the root is its own parent."""
    if "\\" not in name:
        return name.partition(".")[2] or ROOT
    return joined(labels(name)[1:])


def is_under(name: str, zone: str) -> bool:
    """Whether `name` is `zone` or below it."""
    return zone == ROOT or name == zone or name.endswith("." + zone)


def relative(name: str, zone: str) -> str:
    """What stands left of the zone: "tok._domainkey"; "@" at the apex; the name itself if it is elsewhere."""
    if name == zone:
        return "@"
    if zone == ROOT or not is_under(name, zone):
        return name
    return name[: -len(zone) - 1]


def ancestors(name: str) -> tuple[str, ...]:
    """The name and everything above it, the root last."""
    parts = labels(name)
    return tuple(joined(parts[i:]) for i in range(len(parts) + 1))


def under(prefix: str, zone: str) -> str:
    """`prefix` (relative, without a final dot) put in front of `zone`."""
    return absolute(prefix) if zone == ROOT else f"{prefix.lower()}.{zone}"

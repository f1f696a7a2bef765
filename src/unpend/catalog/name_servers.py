"""Name servers that say something about the registration: it has expired, its holder is unverified, it is for sale."""

from __future__ import annotations

import re
from functools import cache, lru_cache
from typing import Literal, cast

from unpend.catalog.tables import table
from unpend.model.names import absolute

Kind = Literal["expired", "registrant-unverified", "parked"]


@lru_cache(4096)
def special_kind(nameserver: str) -> Kind | None:
    """What a delegation to this name server means, or None for one that serves zones in earnest."""
    bare = absolute(nameserver).removesuffix(".")
    if any(bare == friend or bare.endswith("." + friend) for friend in false_friends()):
        return None
    for kind, suffixes, pattern in _kinds():
        if any(bare == suffix or bare.endswith("." + suffix) for suffix in suffixes):
            return kind
        if pattern is not None and pattern.fullmatch(bare):
            return kind
    return None


@cache
def false_friends() -> frozenset[str]:
    """Names that look like parking and are live DNS."""
    return frozenset(table("name_servers.toml")["false_friends"])


@cache
def _kinds() -> tuple[tuple[Kind, frozenset[str], re.Pattern[str] | None], ...]:
    return tuple(
        (cast(Kind, held["kind"]), frozenset(held["suffixes"]), _any_of(held.get("patterns", [])))
        for held in table("name_servers.toml")["set"]
    )


def _any_of(patterns: list[str]) -> re.Pattern[str] | None:
    return re.compile("|".join(f"(?:{pattern})" for pattern in patterns)) if patterns else None

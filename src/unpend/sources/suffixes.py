"""The public suffix list: where registrations are made. The list comes with the package."""

from __future__ import annotations

from functools import lru_cache
from itertools import takewhile
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from publicsuffixlist import PublicSuffixList

# RFC 6761, RFC 6762, RFC 8375 and ICANN's "internal": nobody registers there, but names under them are complete.
SPECIAL_USE = frozenset({"test", "example", "invalid", "local", "internal", "lan", "home", "corp"})


@lru_cache(maxsize=64)
def _suffixes(top_level: str) -> PublicSuffixList:
    """The registries' own suffixes under one top-level domain; github.io and its like can be verified.

    A domain's suffix ends as the domain ends: the other nine thousand lines would cost a check a fifth of its time.
    """
    from publicsuffixlist import PublicSuffixList

    return PublicSuffixList(_rules(top_level), accept_unknown=False)


@lru_cache(maxsize=64)
def _rules(top_level: str) -> list[str]:
    from publicsuffixlist import PSLFILE

    spellings = _spellings(top_level)
    with open(PSLFILE, encoding="utf-8") as lines:
        return [line for line in _registries(lines) if line.rstrip().rpartition(".")[2] in spellings]


@lru_cache(maxsize=64)
def _most_labels(top_level: str) -> int:
    """Of the longest suffix there: `com.` has one label only, and a longer name needs no look at the list."""
    return max((rule.count(".") + 1 for rule in _rules(top_level)), default=0)


def _registries(lines: Iterable[str]) -> Iterator[str]:
    """The part of the list that the registries answer for: it comes first, and its end is marked."""
    return takewhile(lambda line: "===END ICANN DOMAINS===" not in line, lines)


def _spellings(top_level: str) -> set[str]:
    """A top-level domain as the list may write it: in its own script, and as an A-label."""
    try:
        return {top_level, top_level.encode().decode("idna")}
    except UnicodeError:
        return {top_level}


def _under(name: str) -> PublicSuffixList:
    return _suffixes(name.rpartition(".")[2])


def is_public_suffix(name: str) -> bool:
    """Whether domains are registered directly under this name (lower-case, no final dot)."""
    if name.count(".") >= _most_labels(name.rpartition(".")[2]):
        return False
    return _under(name).publicsuffix(name) == name


def registrable_of(name: str) -> str:
    """The domain that was registered: one label below the public suffix, or below an unknown top-level domain."""
    return _under(name).privatesuffix(name) or ".".join(name.split(".")[-2:])


def ends_in_known_top_level(name: str) -> bool:
    """Whether the last label is a top-level domain that exists, so that the name can be a complete one."""
    last = name.rstrip(".").rpartition(".")[2]
    return last in SPECIAL_USE or _under(last).publicsuffix(last) is not None

"""The public suffix list: where registrations are made. The list comes with the package and is read once."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from publicsuffixlist import PublicSuffixList

# RFC 6761, RFC 6762, RFC 8375 and ICANN's "internal": nobody registers there, but names under them are complete.
SPECIAL_USE = frozenset({"test", "example", "invalid", "local", "internal", "lan", "home", "corp"})


@cache
def _suffixes() -> PublicSuffixList:
    """Only the registries' own suffixes: github.io and its like are customers' zones, which can be verified."""
    from publicsuffixlist import PublicSuffixList

    return PublicSuffixList(accept_unknown=False, only_icann=True)


def is_public_suffix(name: str) -> bool:
    """Whether domains are registered directly under this name (lower-case, no final dot)."""
    return _suffixes().publicsuffix(name) == name


def registrable_of(name: str) -> str:
    """The domain that was registered: one label below the public suffix, or below an unknown top-level domain."""
    return _suffixes().privatesuffix(name) or ".".join(name.split(".")[-2:])


def ends_in_known_top_level(name: str) -> bool:
    """Whether the last label is a top-level domain that exists, so that the name can be a complete one."""
    last = name.rstrip(".").rpartition(".")[2]
    return last in SPECIAL_USE or _suffixes().publicsuffix(last) is not None

"""The public suffix list: where registrations are made. The list comes with the package and is read once."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from publicsuffixlist import PublicSuffixList


@cache
def _suffixes() -> PublicSuffixList:
    """Only the registries' own suffixes: github.io and its like are customers' zones, which can be verified."""
    from publicsuffixlist import PublicSuffixList

    return PublicSuffixList(only_icann=True)


def is_public_suffix(name: str) -> bool:
    """Whether domains are registered directly under this name (lower-case, no final dot)."""
    return bool(_suffixes().is_public(name))


def registrable_of(name: str) -> str:
    """The domain that was registered: one label below the public suffix."""
    return _suffixes().privatesuffix(name) or name


@cache
def _known() -> PublicSuffixList:
    from publicsuffixlist import PublicSuffixList

    return PublicSuffixList(accept_unknown=False, only_icann=True)


def ends_in_real_suffix(name: str) -> bool:
    """Whether the last label is a top-level domain that exists, so that the name can be a complete one."""
    return _known().publicsuffix(name.rstrip(".").rpartition(".")[2]) is not None

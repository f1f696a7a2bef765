"""The terms of an SPF record as text (RFC 7208 section 4.6.1): enough to tell what one record lacks of another."""

from __future__ import annotations


def is_spf(content: str) -> bool:
    """Whether a TXT record is an SPF record (RFC 7208 section 4.5)."""
    lower = content.lower()
    return lower == "v=spf1" or lower.startswith("v=spf1 ")


def terms(content: str) -> tuple[str, ...]:
    """Its terms but the version and what ends the evaluation."""
    return tuple(term for term in content.split()[1:] if not _ends(term))


def lacking(content: str, wanted: str) -> tuple[str, ...]:
    """The terms of `wanted` that `content` does not have; what either says of everybody else (`all`) is not compared."""
    held = {_comparable(term) for term in content.split()}
    return tuple(term for term in terms(wanted) if _comparable(term) not in held)


def joined(content: str, wanted: str) -> str:
    """`content` with the terms it lacks, put before what ends the evaluation (`all`, `redirect=`)."""
    held = content.split()
    end = next((i for i, term in enumerate(held) if _ends(term)), len(held))
    return " ".join([*held[:end], *lacking(content, wanted), *held[end:]])


def _comparable(term: str) -> str:
    return term.lower().removeprefix("+")


def _ends(term: str) -> bool:
    return term.lower().lstrip("+-~?") == "all" or term.lower().startswith("redirect=")

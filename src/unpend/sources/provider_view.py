"""What the provider says of an identity, in the words of our own files: columns of a scan, `view` in unpend's JSON."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from unpend.model.expected import Elsewhere, ProviderView
from unpend.model.names import absolute
from unpend.sources.shapes import mapping, status, strings, switch, word
from unpend.sources.times import read_time

MOST = 100
LONGEST = 320


def _name(value: Any) -> str | None:
    text = word(value)[:LONGEST]
    return absolute(text) if text else None


def _mail_from(value: Any) -> str | None:
    """An empty text says that none is set."""
    return "" if value == "" else _name(value)


def _region(value: Any) -> str | None:
    return word(value)[:40] or None


def _count(value: Any) -> int | None:
    text = word(value)
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 10 else None


def _words(value: Any) -> tuple[str, ...]:
    return tuple(each[:LONGEST] for each in strings(value)[:MOST])


def _names(value: Any) -> tuple[str, ...]:
    return tuple(absolute(each) for each in _words(value))


def _elsewhere(value: Any) -> tuple[Elsewhere, ...]:
    held = [mapping(each) for each in value[:MOST]] if isinstance(value, list) else []
    told = [(_region(each.get("region")), status(each.get("status"))) for each in held]
    return tuple(Elsewhere(region, said or "") for region, said in told if region)


# The flat ones are columns of a scan too; the others say what only an account shows.
FLAT: dict[str, Callable[[Any], Any]] = {
    "verification_status": status,
    "dkim_status": status,
    "mail_from_status": status,
    "error_type": status,
    "last_checked_at": read_time,
    "last_success_at": read_time,
    "signing_enabled": switch,
    "sending_allowed": switch,
}
NESTED: dict[str, Callable[[Any], Any]] = {
    "soa_primary": _name,
    "soa_serial": _count,
    "mail_from_domain": _mail_from,
    "signing_origin": _region,
    "exists": switch,
    "searched": _count,
    "unanswered": _words,
    "asked_region": _region,
    "elsewhere": _elsewhere,
    "unwanted_names": _names,
    "overriding": _words,
    "production": switch,
    "asked_at": read_time,
}


def read_view(held: Mapping[str, Any]) -> ProviderView | None:
    """What is said of the identity under the names of `ProviderView`; None where nothing is."""
    readers = FLAT | NESTED
    told = {key: readers[key](value) for key, value in held.items() if key in readers and value is not None}
    told = {key: value for key, value in told.items() if value not in (None, ())}
    return ProviderView(**told) if told else None

"""From what DNS tools hold to what ought to be published: their names are complete or relative to a zone that they name."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from unpend.model.expected import Expected
from unpend.model.names import absolute
from unpend.model.text import Text
from unpend.sources.asked import Asked
from unpend.sources.naming import owner_name, record_type, record_value
from unpend.sources.rows import Row, of_domain, record_sets, ses_region, ses_threes, ses_zone
from unpend.sources.suffixes import registrable_of
from unpend.sources.words import plain


def expected_of(rows: Iterable[Row], asked: Asked, source: str, notes: Sequence[Text] = ()) -> Expected:
    """The record sets of the domain among these rows; what else is in the file is left out and said."""
    records, said = of_domain(record_sets(rows), asked.domain)
    said = (*notes, *said, *ses_threes(records))
    zone = ses_zone(records)
    region = asked.region or ses_region(records)
    return Expected(asked.domain, records, "ses" if zone or region else None, region, zone, source=source, notes=said)


def row(name: str, type_: str, value: str, asked: Asked, ttl: object = None) -> Row:
    """One record, its name complete (with or without its final dot)."""
    kind = record_type(type_)
    owner = owner_name(absolute(name.strip()), asked.domain)
    return Row(owner, kind, record_value(kind, value, asked.domain, owner), seconds(ttl))


def seconds(ttl: object) -> int | None:
    """A TTL, if it is one."""
    text = str(ttl).strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None


def in_zone(host: str, zone: str) -> str:
    """A name relative to its zone, as tools write it: "" and "@" are the zone itself, a final dot makes it complete."""
    clean = host.strip().lower()
    if clean in {"", "@", zone, plain(zone)}:
        return zone
    return clean if clean.endswith(".") else f"{clean}.{zone}"


def zone_meant(hosts: Iterable[str], asked: Asked) -> str:
    """The zone that a file without its name is about: the registered one where its names lead down to the domain."""
    registrable = absolute(registrable_of(plain(asked.domain)))
    below = plain(asked.domain).removesuffix(plain(registrable)).rstrip(".")
    found = any(host == below or host.endswith("." + below) for host in hosts) if below else False
    return registrable if found else asked.domain

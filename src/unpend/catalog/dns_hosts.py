"""DNS hosts: how to recognise them by their name servers, and what their panel does to a record.

Judged by the delegated name servers, never by the registrar: that the two differ is itself a cause of trouble.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any, Literal, cast

from unpend.catalog.tables import table, text
from unpend.model.names import absolute
from unpend.model.text import Text

HostField = Literal["relative", "full", "either"]
TargetDot = Literal["none", "needed", "optional", "unknown"]
Underscore = Literal["ok", "owner-refused", "target-refused", "mixed"]


@dataclass(frozen=True, slots=True)
class PanelWords:
    """What the panel calls its fields; `at` is how it writes the apex, `extra` what else has to be set there."""

    name: Text
    type: Text
    value: Text
    ttl: Text
    priority: Text
    at: str = "@"
    extra: Text | None = None


@dataclass(frozen=True, slots=True)
class DnsHost:
    """One DNS host. `suffixes` and `patterns` tell its name servers; the rest is what its panel does.

    `ttl` and `min_ttl` in seconds, None where not known; `publish_seconds` is how long a change may wait before the
    name servers show it. `own_knowledge` marks an entry that no source confirms: its sentences have to be hedged.
    `activates`: a zone is served only once the host has switched it on. `default_nameservers` are those a domain starts out with although records entered here live on others.
    """

    id: str
    name: Text
    suffixes: tuple[str, ...]
    patterns: tuple[str, ...]
    host_field: HostField
    target_dot: TargetDot
    underscore: Underscore
    ttl: int | None
    min_ttl: int | None
    publish_seconds: int
    per_zone_ns: bool
    activates: bool
    probes: tuple[str, ...]
    live_nameservers: tuple[str, ...]
    default_nameservers: tuple[str, ...]
    quirks: tuple[Text, ...]
    words: PanelWords
    where: Text | None
    own_knowledge: bool
    txt_limit: int | None = None


@cache
def all_hosts() -> tuple[DnsHost, ...]:
    """Every host of the catalogue."""
    held = table("dns_hosts.toml")
    return tuple(_host(entry, held["generic"]) for entry in held["host"])


@cache
def host_by_id(id_: str) -> DnsHost | None:
    """The host of this id."""
    return next((host for host in all_hosts() if host.id == id_), None)


def host_of(nameservers: Iterable[str]) -> DnsHost | None:
    """The host that most of these name servers belong to; the first named one where two hosts share a domain."""
    found = Counter(host.id for name in nameservers if (host := _host_of_one(absolute(name))))
    return host_by_id(found.most_common(1)[0][0]) if found else None


@cache
def probe_hosts() -> tuple[tuple[str, str], ...]:
    """(host id, name server) for the hosts whose name servers never change: they can be asked undelegated."""
    return tuple((host.id, name) for host in all_hosts() for name in host.probes)


def generic_words() -> PanelWords:
    """The field names for a panel that we do not know."""
    return _words({}, table("dns_hosts.toml")["generic"])


@lru_cache(4096)
def _host_of_one(nameserver: str) -> DnsHost | None:
    """The longest suffix decides; the patterns, slow to compile, are for what has no suffix of its own."""
    bare = nameserver.removesuffix(".")
    parts = bare.split(".")
    suffixes = _suffixes()
    found = next((suffixes[s] for i in range(len(parts)) if (s := ".".join(parts[i:])) in suffixes), None)
    return found or next((host for pattern, host in _patterns() if _compiled(pattern).fullmatch(bare)), None)


@cache
def _suffixes() -> dict[str, DnsHost]:
    return {suffix: host for host in all_hosts() for suffix in host.suffixes}


@cache
def _patterns() -> tuple[tuple[str, DnsHost], ...]:
    return tuple((pattern, host) for host in all_hosts() for pattern in host.patterns)


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern)


def _host(entry: dict[str, Any], generic: dict[str, Any]) -> DnsHost:
    return DnsHost(
        id=entry["id"],
        name=text(entry["name"]),
        suffixes=tuple(entry.get("suffixes", ())),
        patterns=tuple(entry.get("patterns", ())),
        host_field=cast(HostField, entry.get("host_field", "relative")),
        target_dot=cast(TargetDot, entry.get("target_dot", "unknown")),
        underscore=cast(Underscore, entry.get("underscore", "ok")),
        ttl=entry.get("ttl"),
        min_ttl=entry.get("min_ttl"),
        publish_seconds=entry.get("publish_seconds", 0),
        per_zone_ns=entry.get("per_zone_ns", False),
        activates=entry.get("activates", False),
        probes=_names(entry, "probes"),
        live_nameservers=_names(entry, "live_nameservers"),
        default_nameservers=_names(entry, "default_nameservers"),
        quirks=tuple(text(quirk) for quirk in entry.get("quirks", ())),
        words=_words(entry.get("words", {}), generic),
        where=text(entry["where"]) if "where" in entry else None,
        own_knowledge=entry.get("confidence") == "own-knowledge",
        txt_limit=entry.get("txt_limit"),
    )


def _names(entry: dict[str, Any], key: str) -> tuple[str, ...]:
    return tuple(absolute(name) for name in entry.get(key, ()))


def _words(own: dict[str, Any], generic: dict[str, Any]) -> PanelWords:
    """The host's own words where they are known, the generic ones elsewhere."""
    labels = {key: text(own.get(key, generic[key])) for key in ("name", "type", "value", "ttl", "priority")}
    return PanelWords(**labels, at=own.get("at", "@"), extra=text(own["extra"]) if "extra" in own else None)

"""The stages of the fast look: a domain is right if it is right at each of them. What fails one is diagnosed.

`direct` asks a name server of the domain; `resolvers` asks a resolver, in a way that also tells whether a key stands at
the target; `both` does both; `every` asks each resolver by itself too, and so sees a single stale cache, as a check does.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from unpend.catalog import parse_hints, root_hints
from unpend.engine.check import read_resolvers
from unpend.engine.scan.settings import ScanSettings
from unpend.observer.bulk import BulkSettings


@dataclass(frozen=True, slots=True)
class Stage:
    """Whom to ask, and whether what stands behind the record is wanted too."""

    settings: BulkSettings
    behind: bool


def stages(settings: ScanSettings, share: int) -> list[Stage]:
    """`share` processes look at once: together they keep to the stated rate."""
    hints = root_hints() if settings.root_hints is None else parse_hints(settings.root_hints)
    direct = BulkSettings(
        root_hints=hints,
        port=settings.port,
        window=max(1, settings.window // share),
        rate=settings.rate / share,
        timeout=settings.timeout / 2,
        ipv6=settings.ipv6,
        contact=settings.contact,
    )
    known = read_resolvers(settings.resolvers)
    resolvers = tuple(one for one in known if settings.ipv6 or ":" not in one.address)
    by_resolvers = Stage(replace(direct, resolvers=resolvers), behind=True)
    found = {"direct": [Stage(direct, behind=False)], "resolvers": [by_resolvers]}.get(settings.look)
    if found is not None:
        return found
    each = [Stage(replace(direct, resolvers=(one,)), behind=False) for one in resolvers]
    return [Stage(direct, behind=False), by_resolvers, *(each if settings.look == "every" else [])]

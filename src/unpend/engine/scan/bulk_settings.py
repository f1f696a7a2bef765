"""What the fast look is told: the same whom and how as the diagnosis, and the share of the rate that one process has."""

from __future__ import annotations

from unpend.catalog import parse_hints, root_hints
from unpend.engine.check import resolvers_of
from unpend.engine.scan.settings import ScanSettings
from unpend.observer.bulk import BulkSettings


def bulk_settings(settings: ScanSettings, share: int, *, direct: bool) -> BulkSettings:
    """`share` processes look at once: together they keep to the stated rate."""
    hints = root_hints() if settings.root_hints is None else parse_hints(settings.root_hints)
    return BulkSettings(
        resolvers=() if direct else resolvers_of(settings.resolvers),
        root_hints=hints,
        port=settings.port,
        window=max(1, settings.window // share),
        rate=settings.rate / share,
        timeout=settings.timeout / 2,
        ipv6=settings.ipv6,
    )

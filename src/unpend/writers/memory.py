"""The reference: zones in memory, with the rules that every DNS host keeps."""

from __future__ import annotations

from unpend.model.errors import RefusedError, WriterError
from unpend.model.names import is_under
from unpend.writers.contract import AGAIN, API_REFUSED, CHANGED, NO_ZONE, Held

BESIDE_CNAME = "a CNAME excludes all other records at its name (RFC 1034 section 3.6.2)"


class Memory:
    """A host that holds these zones (absolute names)."""

    host = "memory"

    def __init__(self, *zones: str) -> None:
        self.sets: dict[tuple[str, str], Held] = {}
        self._zones = zones

    def read(self, zone: str, name: str, type_: str) -> Held:
        """What was written last."""
        self._known(zone, name)
        return self.sets.get((name, type_), Held())

    def write(self, zone: str, name: str, type_: str, before: Held, after: Held) -> None:
        """Replace the set if it still is `before`."""
        found = self.read(zone, name, type_)
        if not found.same(before.values):
            raise RefusedError(CHANGED.fill(name=name, type=type_, found=found.values or "-"), AGAIN)
        others = {t for n, t in self.sets if n == name and t != type_}
        if after.values and others and (type_ == "CNAME" or "CNAME" in others):
            raise WriterError(API_REFUSED.fill(host=self.host, why=BESIDE_CNAME))
        self.sets.pop((name, type_), None)
        if after.values:
            self.sets[name, type_] = after

    def _known(self, zone: str, name: str) -> None:
        if zone not in self._zones or not is_under(name, zone):
            raise WriterError(NO_ZONE.fill(zone=zone))

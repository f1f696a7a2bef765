"""Who operates the servers of a zone: the servers that share one copy of it, told by what their own zone says."""

from __future__ import annotations

from dataclasses import dataclass

from unpend.catalog import host_of
from unpend.diagnosis.case import Case
from unpend.diagnosis.compare import Sight
from unpend.diagnosis.soa import soa_primary
from unpend.model.expected import ExpectedRecord
from unpend.model.names import parent
from unpend.model.observation import ZoneCut
from unpend.model.records import Server


@dataclass(frozen=True, slots=True)
class Operator:
    """The servers of one copy of a zone. `published` is the NS set that this copy holds."""

    servers: tuple[Server, ...]
    primary: str
    published: tuple[str, ...]

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(sorted({server.name for server in self.servers}))

    def holds(self, case: Case, record: ExpectedRecord) -> bool:
        """Every one of its servers that answered holds the record as wanted."""
        seen = [sight for e, sight in case.sights(record) if e.server in self.servers]
        return bool(seen) and all(sight is Sight.RIGHT for sight in seen)

    def lacks(self, case: Case, record: ExpectedRecord) -> bool:
        """None of its servers that answered holds the record as wanted."""
        seen = [sight for e, sight in case.sights(record) if e.server in self.servers]
        return bool(seen) and all(sight is not Sight.RIGHT for sight in seen)


def operators(case: Case, cut: ZoneCut) -> tuple[Operator, ...]:
    """The zone's servers by the copy that they serve: one primary, or one published NS set, is one copy."""
    groups: list[Operator] = []
    for server in case.live_servers(cut.zone):
        soa = case.soa(server)
        if soa is None:
            continue
        here = Operator((server,), soa_primary(soa), _published(case, cut, server))
        same = next((g for g in groups if _same(g, here)), None)
        if same is None:
            groups.append(here)
        else:
            joined = Operator((*same.servers, server), same.primary, same.published or here.published)
            groups[groups.index(same)] = joined
    return tuple(groups)


def _same(one: Operator, other: Operator) -> bool:
    return one.primary == other.primary or (bool(one.published) and one.published == other.published)


def _published(case: Case, cut: ZoneCut, server: Server) -> tuple[str, ...]:
    heard = (e for e in case.heard(cut.zone, "NS", cut.zone) if e.server.name == server.name)
    return next((e.values("NS") for e in heard), ())


def published_nameservers(case: Case, cut: ZoneCut) -> tuple[str, ...]:
    """The name servers that the zone itself names, at any of its servers."""
    return tuple(sorted({v for e in case.heard(cut.zone, "NS", cut.zone) for v in e.values("NS")}))


def extra_nameservers(case: Case, cut: ZoneCut) -> tuple[str, ...]:
    """Those that the zone names and the parent does not."""
    delegated = {ns.name for ns in cut.nameservers}
    return tuple(name for name in published_nameservers(case, cut) if name not in delegated)


def same_operator(one: ZoneCut, other: ZoneCut) -> bool:
    """Whether one DNS host serves both zones, as far as the names of their servers tell."""
    names, others = (tuple(ns.name for ns in cut.nameservers) for cut in (one, other))
    host, other_host = host_of(names), host_of(others)
    if host is not None and other_host is not None:
        return host == other_host
    return bool(set(map(parent, names)) & set(map(parent, others)))

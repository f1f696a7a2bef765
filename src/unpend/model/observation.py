"""What was heard, frozen: the case file, the bug report, the fixture and the replay are its JSON."""

from __future__ import annotations

from dataclasses import dataclass, field

from unpend.model.names import is_under
from unpend.model.records import Exchange, Outcome, Record


@dataclass(frozen=True, slots=True)
class NameServer:
    """One name server of a delegation. `glue` is what the parent gave, `addresses` is what we asked.

    `failure` says why no address could be found; None where there is one.
    """

    name: str
    addresses: tuple[str, ...] = ()
    glue: tuple[str, ...] = ()
    failure: Outcome | None = None


@dataclass(frozen=True, slots=True)
class ZoneCut:
    """One step of the walk from the root: what the parent's servers say of a zone.

    The root itself has `zone == parent == "."`. `ds` is what the parent publishes for it; `ns_ttl` in seconds.
    `delegated` is False for a zone whose apex shows (an SOA of its own) on the very servers of its parent, without a
    referral. `asked` is True where its servers were asked for the wanted records: the user's zones, not the registry's
    on the way.
    """

    zone: str
    parent: str
    nameservers: tuple[NameServer, ...]
    ds: tuple[Record, ...] = ()
    ns_ttl: int = 0
    delegated: bool = True
    asked: bool = False


@dataclass(frozen=True, slots=True)
class Registration:
    """What the registry says of the registrable domain (RDAP, RFC 9083); an input, None where it was not asked."""

    registered: bool | None = None
    status: tuple[str, ...] = ()
    expires_at: float | None = None
    changed_at: float | None = None
    nameservers: tuple[str, ...] = ()
    registrar: str = ""


@dataclass(frozen=True, slots=True)
class HostedZone:
    """A zone as the DNS host's account shows it; an input, for what DNS alone cannot tell."""

    name: str
    id: str = ""
    private: bool = False
    nameservers: tuple[str, ...] = ()
    records: tuple[Record, ...] = ()


@dataclass(frozen=True, slots=True)
class Observation:
    """All that was heard about one domain. `started_at`/`ended_at` are Unix seconds; `rounds` of questions.

    `cuts` go from the root down to every zone cut at or below the domain that matters for a wanted name.
    `registrable` is the domain that a registry delegates (public suffix plus one label), at or above `domain`.
    `unheard` names what the deadline cut off.
    """

    domain: str
    registrable: str = ""
    cuts: tuple[ZoneCut, ...] = ()
    exchanges: tuple[Exchange, ...] = ()
    registration: Registration | None = None
    hosted_zones: tuple[HostedZone, ...] = ()
    started_at: float = 0.0
    ended_at: float = 0.0
    rounds: int = 0
    unheard: tuple[str, ...] = field(default=())

    def cut_of(self, name: str) -> ZoneCut | None:
        """The deepest known zone that holds this name."""
        holding = [cut for cut in self.cuts if is_under(name, cut.zone)]
        return max(holding, key=lambda cut: len(cut.zone), default=None)

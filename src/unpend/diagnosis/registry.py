"""What the registry says of the domain: its servers' answers on the walk, and RDAP's where it was asked."""

from __future__ import annotations

from unpend.catalog import special_kind
from unpend.diagnosis.case import Case
from unpend.model.names import is_under
from unpend.model.observation import NameServer, Registration, ZoneCut
from unpend.model.records import Exchange, Outcome, Role

# A domain that is not served at all makes everything that is said about its records a mere consequence.
EVERYTHING_BELOW = (
    *("record-missing", "wrong-dns-host", "two-hosted-zones", "shadow-zone", "records-lost-in-migration"),
    *("private-zone-only", "foreign-zone-name", "stale-names", "zone-not-active"),
    *("doubled-zone", "apex-host", "missing-domainkey-label", "missing-token", "dot-lost", "underscore-stripped"),
    *("selector-typo", "subdomain-dropped", "subdomain-extra", "www-host", "target-as-name", "literal-in-name"),
    *("wrong-type", "proxied-cname", "flattened-cname"),
    *("wrong-target", "doubled-target", "swapped-targets", "wrong-region-target", "stale-target"),
    *("other-provider-target", "name-as-target", "garbage-in-value", "placeholder-in-value"),
    *("cname-beside-other-data", "multiple-cnames", "multiple-txt-at-selector", "wildcard-masks"),
    *("wildcard-revocation", "dname-above", "cname-at-apex"),
    *("lame-delegation", "nameserver-unreachable", "nameserver-unresolvable", "glue-mismatch"),
    *("mixed-nameserver-sets", "delegation-pending", "child-zone-hides-record"),
    *("dnssec-broken", "dnssec-broken-above"),
    *("edns-broken", "tcp-broken", "case-not-preserved", "txt-query-fails", "answers-differ-by-place", "rate-limited"),
    *("secondary-lag", "zone-not-reloaded", "negative-cached", "old-value-cached", "publish-delay", "ttl-too-high"),
)

HOLDS = frozenset({"clienthold", "serverhold"})
LAPSED = frozenset({"redemptionperiod", "pendingdelete", "pendingrestore", "expired"})


def users_cuts(case: Case) -> tuple[ZoneCut, ...]:
    """The zones from the registrable domain down: those that the domain's owner can do something about."""
    return tuple(cut for cut in case.observation.cuts if is_under(cut.zone, case.registrable))


def delegation(case: Case) -> ZoneCut | None:
    """The delegation of the registrable domain, or of the first zone below it on the way to the domain."""
    return next((cut for cut in users_cuts(case) if is_under(case.domain, cut.zone)), None)


def denials(case: Case) -> tuple[Exchange, ...]:
    """The registry's servers' answers that nothing is delegated; none where a delegation was seen."""
    if delegation(case) is not None:
        return ()
    asked = case.exchanges(case.domain, "SOA", role=Role.PARENT)
    return tuple(e for e in asked if e.aa and e.outcome in {Outcome.NXDOMAIN, Outcome.NODATA})


def status_of(registration: Registration | None) -> frozenset[str]:
    """The EPP status words, whether spelt as in EPP ("clientHold") or as in RDAP ("client hold", RFC 8056)."""
    return frozenset(s.lower().replace(" ", "") for s in registration.status) if registration else frozenset()


def lapsed(case: Case) -> bool:
    """Whether the registry says that the registration ran out."""
    registration = case.observation.registration
    if registration is None:
        return False
    past = registration.expires_at is not None and registration.expires_at < case.now
    return past or bool(status_of(registration) & LAPSED)


def held(case: Case) -> bool:
    """Whether registrar or registry took the domain out of the DNS."""
    return bool(status_of(case.observation.registration) & HOLDS)


def special_servers(case: Case, kind: str) -> tuple[NameServer, ...]:
    """The delegated name servers that the catalogue knows as a registrar's own of this kind."""
    cut = delegation(case)
    return tuple(ns for ns in cut.nameservers if special_kind(ns.name) == kind) if cut else ()


def proof_of(case: Case, cut: ZoneCut) -> tuple[Exchange, ...]:
    """The exchanges that show a delegation: the referrals, else whatever its servers said."""
    referrals = [
        e
        for e in case.observation.exchanges
        if e.outcome is Outcome.REFERRAL and any(r.name == cut.zone and r.type == "NS" for r in e.authority)
    ]
    if referrals:
        return tuple(referrals[:2])
    said = [e for e in case.by_role(Role.AUTHORITATIVE) if e.server.zone == cut.zone]
    return tuple(said[:2] or case.by_role(Role.PARENT)[-1:])

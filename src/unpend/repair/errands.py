"""What has to be done outside the zone: at the registrar, the DNS host, the provider, by an administrator."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from unpend.catalog import template_of
from unpend.diagnosis.compare import only_shape
from unpend.diagnosis.diagnose import Diagnosis
from unpend.model.finding import Finding, Severity
from unpend.model.names import is_under
from unpend.model.plan import Change, Errand, Remove, Where
from unpend.model.text import Text
from unpend.repair.reasons import CNAME_AT_APEX, INSTEAD, OWN_KEY, PUBLISH_SHOWN, REMOVE_BY_HAND
from unpend.repair.scope import TAKEN, RecordSet

# The record is at a host that nobody asks: it is entered at the delegated one; moving the delegation is the other way.
ELSEWHERE = frozenset({"wrong-dns-host", "shadow-zone", "two-hosted-zones", "records-lost-in-migration"})
BLINDING = frozenset({"delegation", "dnssec"})
NEVER_EDITED = frozenset({"NS", "SOA", "DS", "DNSKEY"})


@dataclass(frozen=True, slots=True)
class Errands:
    """`first` before the zone's changes, since nobody sees the zone without them; `later` after them.

    `instead` is what could be done in place of the changes: said, not planned.
    """

    first: tuple[Errand, ...] = ()
    later: tuple[Errand, ...] = ()
    instead: tuple[Text, ...] = ()

    @property
    def all(self) -> tuple[Errand, ...]:
        return (*self.first, *self.later)


def errands_of(diagnosis: Diagnosis, changes: Iterable[Change], more: Iterable[Errand] = ()) -> Errands:
    """Each errand of the causes once, with the codes of all causes that call for it."""
    edited = tuple(change.name for change in changes)
    first: list[Errand] = []
    later: list[Errand] = list(more)
    instead: list[Text] = []
    for finding in filter(_counts, diagnosis.causes):
        for errand in _errands_in(finding):
            asked = replace(errand, because=(finding.code,))
            if _replaced_by_changes(finding, edited):
                instead.append(INSTEAD.fill(instructions=errand.instructions))
            else:
                (first if _precedes(finding, edited) else later).append(asked)
    merged = _merged([*first, *later])
    leading = {_key(errand) for errand in first}
    return Errands(
        tuple(e for e in merged if _key(e) in leading),
        tuple(e for e in merged if _key(e) not in leading),
        tuple({text.of("en"): text for text in instead}.values()),
    )


def _counts(finding: Finding) -> bool:
    """Untidiness calls for nothing; what prevents or delays verification does."""
    return finding.severity is Severity.ERROR or finding.keeps_waiting


def _errands_in(finding: Finding) -> Iterator[Errand]:
    for fix in finding.fix:
        if isinstance(fix, Errand):
            yield fix
        elif isinstance(fix, Remove) and fix.type in NEVER_EDITED:
            told = REMOVE_BY_HAND.fill(zone=fix.zone, name=fix.name, type=fix.type, values=fix.values)
            yield Errand(Where.DNS_HOST, "remove-records", fix.name, fix.values, told)


def _replaced_by_changes(finding: Finding, edited: tuple[str, ...]) -> bool:
    return finding.code in ELSEWHERE | TAKEN and any(
        is_under(name, above) for name in edited for above in finding.about
    )


def _precedes(finding: Finding, edited: tuple[str, ...]) -> bool:
    """Whether the zone cannot be seen without it; two hosts side by side are seen, if by chance."""
    if finding.code == "mixed-nameserver-sets" or finding.severity is not Severity.ERROR:
        return False
    return finding.family in BLINDING or not edited


def _key(errand: Errand) -> tuple[Where, str, str, tuple[str, ...]]:
    return (errand.where, errand.op, errand.target, errand.values)


def _merged(errands: list[Errand]) -> list[Errand]:
    found: dict[tuple[Where, str, str, tuple[str, ...]], Errand] = {}
    for errand in errands:
        known = found.get(_key(errand), errand)
        found[_key(errand)] = replace(known, because=tuple(dict.fromkeys((*known.because, *errand.because))))
    return list(found.values())


def impossible(zone: str, wanted: RecordSet, because: tuple[str, ...], provider: str = "") -> Errand | None:
    """What no edit can do: a CNAME at the top of a zone (RFC 1034 section 3.6.2, RFC 2181 section 10.1), a value unknown to us."""
    if any(not record.known or only_shape(record) for record in wanted.records):
        return _unknown(wanted, because, provider)
    if wanted.type != "CNAME" or wanted.name != zone:
        return None
    told = CNAME_AT_APEX.fill(name=wanted.name)
    return Errand(Where.ADMIN, "choose-another-name", wanted.name, (), told, because)


def _unknown(wanted: RecordSet, because: tuple[str, ...], provider: str) -> Errand:
    """Only the user can see the value: SES never shows a key of one's own, the others show it in their panel."""
    if provider in {"ses", ""} and any(map(only_shape, wanted.records)):
        return Errand(Where.ADMIN, "publish-own-key", wanted.name, (), OWN_KEY.fill(name=wanted.name), because)
    template = template_of(provider)
    where = template.where if template else Text("", "")
    told = PUBLISH_SHOWN.fill(name=wanted.name, type=wanted.type, form=wanted.wanted[0], where=where)
    return Errand(Where.ADMIN, "publish-shown-value", wanted.name, (), told, because)

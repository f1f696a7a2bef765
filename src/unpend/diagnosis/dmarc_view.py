"""The DMARC record that applies to a domain: its own, or that of the organisation above it."""

from __future__ import annotations

from dataclasses import dataclass

from unpend.diagnosis.case import Case
from unpend.diagnosis.policy import Heard, looks_at_dmarc, txt_at
from unpend.model.names import is_under, labels, parent
from unpend.standards.dmarc import Dmarc, dmarc_name, dmarc_records, read_dmarc, tree_walk


@dataclass(frozen=True, slots=True)
class DmarcView:
    """What stands at one place of the tree walk. Several records count as none (RFC 9989 section 4.10)."""

    domain: str
    heard: Heard

    @property
    def name(self) -> str:
        return self.heard.name

    @property
    def records(self) -> tuple[str, ...]:
        """The records of the first server that holds any."""
        return next((r for _, texts in self.heard.sets if (r := dmarc_records(texts))), ())

    @property
    def dmarc(self) -> Dmarc | None:
        return read_dmarc(self.records[0]) if len(self.records) == 1 else None


def dmarc_views(case: Case) -> tuple[DmarcView, ...]:
    """The places that were told about, the domain's own first; nothing where nobody asked about DMARC."""
    if not looks_at_dmarc(case):
        return ()
    heard = ((domain, txt_at(case, dmarc_name(domain))) for domain in tree_walk(case.domain, case.registrable))
    return tuple(DmarcView(domain, told) for domain, told in heard if told is not None)


def applying(case: Case) -> DmarcView | None:
    """The record that receivers apply: the domain's own, else that of its organisational domain.

    That is the nearest that says so (`psd=n`), else the highest that was found: under RFC 7489 the registered domain.
    """
    found = [view for view in dmarc_views(case) if view.dmarc is not None]
    if not found or found[0].domain == case.domain:
        return found[0] if found else None
    ends = [view for view in found if view.dmarc and view.dmarc.tags.get("psd", "").lower() == "n"]
    return ends[0] if ends else found[-1]


def own(case: Case) -> DmarcView | None:
    """What was told about the domain's own place."""
    return next((view for view in dmarc_views(case) if view.domain == case.domain), None)


def signing_domains(case: Case) -> tuple[str, ...]:
    """The d= of the signatures that the wanted DKIM records are for: what stands behind `_domainkey`."""
    found = []
    for record in case.records:
        parts = labels(record.name)
        if parts[1:2] == ("_domainkey",) and is_under(record.name, case.registrable):
            found.append(parent(parent(record.name)))
    return tuple(dict.fromkeys(found))

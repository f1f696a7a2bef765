"""The wanted name lies below a zone cut: what stands in the zone above is invisible, the child zone lacks the record.

A sub-domain with a zone of its own where nothing was entered yet is plain `record-missing`. It takes a sign that
somebody edits the zone above: the record was seen there; the cut is below the domain itself (at `_domainkey`, at the
MAIL FROM name), where nobody looks for one; or another host serves the child and it holds none of the wanted records.
"""

from __future__ import annotations

from collections.abc import Iterator

from unpend.diagnosis.case import Case
from unpend.diagnosis.operators import same_operator
from unpend.diagnosis.registry import proof_of, users_cuts
from unpend.diagnosis.rule import Rule
from unpend.model.expected import ExpectedRecord
from unpend.model.finding import Confidence, Finding, Severity
from unpend.model.names import is_under
from unpend.model.observation import ZoneCut
from unpend.model.records import Exchange, Role
from unpend.model.text import Text

TITLE = Text(en="A zone below hides the record", ja="子ゾーンに隠れてレコードが見えません")
SAYS = Text(
    en="{name} is not in the zone {zone}: {child} is a zone of its own, served by {servers}. Whatever is entered in "
    "{zone} below {child} is invisible; the record has to be added where {child} is kept.",
    ja="{name} は {zone} ゾーンの名前ではありません。{child} が独立したゾーンとして {servers} に委任されているため、"
    "{zone} 側に登録したレコードは見えません。レコードは {child} を管理している DNS サービスに追加する必要がありま"
    "す。",
)


def finds(case: Case) -> Iterator[Finding]:
    for record in case.records:
        child = case.cut_of(record.name)
        above = zone_above(case, child)
        if child is None or above is None or not case.missing(record):
            continue
        confidence = sign(case, record, child, above)
        if confidence is not None:
            yield found(case, record, child, above, confidence)


def zone_above(case: Case, child: ZoneCut | None) -> ZoneCut | None:
    """The user's own zone that delegates the child; None where the registry does."""
    if child is None or not child.delegated:
        return None
    return next((cut for cut in users_cuts(case) if cut.zone == child.parent), None)


def sign(case: Case, record: ExpectedRecord, child: ZoneCut, above: ZoneCut) -> Confidence | None:
    """How sure it is that the record was or will be put into the zone above; None where there is no sign."""
    if entered_above(case, record, above) or in_account(case, record, above):
        return Confidence.CERTAIN
    elsewhere = not same_operator(child, above)
    if not is_under(case.domain, child.zone):
        return Confidence.CERTAIN if elsewhere else Confidence.LIKELY
    empty = not any(case.found(r) for r in case.records if case.zone_of(r.name) == child.zone)
    return Confidence.LIKELY if elsewhere and empty else None


def entered_above(case: Case, record: ExpectedRecord, above: ZoneCut) -> tuple[Exchange, ...]:
    """Answers of servers of the zone above that show the hidden record all the same."""
    asked = case.exchanges(record.name, record.type, role=Role.AUTHORITATIVE, zone=above.zone)
    return tuple(e for e in asked if e.values(record.type))


def in_account(case: Case, record: ExpectedRecord, above: ZoneCut) -> bool:
    """Whether the DNS host's account shows the record in the zone above."""
    zones = [z for z in case.observation.hosted_zones if z.name == above.zone]
    return any(r.name == record.name and r.type == record.type for z in zones for r in z.records)


def found(case: Case, record: ExpectedRecord, child: ZoneCut, above: ZoneCut, confidence: Confidence) -> Finding:
    servers = tuple(ns.name for ns in child.nameservers)
    evidence = [*case.heard(record.name, record.type), *entered_above(case, record, above), *proof_of(case, child)]
    return rule.finding(
        record.name,
        SAYS,
        evidence,
        severity=Severity.ERROR if record.required else Severity.WARNING,
        confidence=confidence,
        zone=above.zone,
        child=child.zone,
        servers=servers,
    )


EXPLAINS = ("record-missing", "stale-names", "zone-not-active", "zone-not-reloaded", "publish-delay")
rule = Rule("child-zone-hides-record", "delegation", TITLE, finds, explains=EXPLAINS)

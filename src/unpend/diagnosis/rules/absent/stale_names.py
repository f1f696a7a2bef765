"""Names of an earlier set stand there: the identity was created anew, and its names changed with it."""

from __future__ import annotations

from collections.abc import Iterator

from unpend.catalog import common_selectors, provider_of_target
from unpend.diagnosis.ask import Ask, one
from unpend.diagnosis.case import Case
from unpend.diagnosis.rule import Rule
from unpend.model.expected import ExpectedRecord, Purpose
from unpend.model.finding import Confidence, Finding, Severity
from unpend.model.names import under
from unpend.model.plan import Remove
from unpend.model.records import Exchange
from unpend.model.text import Text

TITLE = Text(en="The names of an earlier set are published", ja="以前のレコード名が登録されたままです")
SAYS = Text(
    en="{former} stands there, from an earlier set; the provider now looks for {name}. Whoever deletes and re-creates an identity gets new "
    "names.",
    ja="以前発行された {former} が登録されていますが、事業者が現在探しているのは {name} です。アイデンティティを削除して作り直すと、名前が変わります。",
)
SOMETHING = Text(
    en="Nothing stands at {name}, yet something that is not asked for does stand under {parent}, and no usual selector explains it: "
    "possibly an earlier set of names.",
    ja="{name} には何もありませんが、{parent} の配下に、求められていない何かが存在し、一般的なセレクターでもありません。以前発行された名前の可能性があります。",
)
USUAL = 24
POSSIBLE = Confidence.POSSIBLE


def asks(case: Case) -> Iterator[Ask]:
    gone = [record for record in case.records if case.not_there(record)]
    for former in former_names(case) if gone else ():
        yield one(former, "CNAME", case.zone_of(former))
    for record in gone[:1] if all_gone(case) else ():
        if above := nonterminal(case, record):
            zone = case.zone_of(record.name)
            yield one(case.sibling(above), "SOA", zone)
            yield from (one(under(s, above), "TXT", zone) for s in common_selectors()[:USUAL])


def former_names(case: Case) -> tuple[str, ...]:
    """The names that the user gave as former ones, and those under `_domainkey` that denials gave away (RFC 4034)."""
    wanted = {record.name for record in case.records}
    heard = (e for record in case.records for e in case.said(record.name, record.type))
    nsecs = [r for e in heard for r in e.authority if r.type == "NSEC"]
    told = {n for r in nsecs for n in (r.name, r.value.split()[0]) if "._domainkey." in n}
    return tuple(n for n in dict.fromkeys((*case.expected.former_names, *sorted(told))) if n not in wanted)


def finds(case: Case) -> Iterator[Finding]:
    shown = [e for n in former_names(case) for e in case.heard(n, "CNAME") if of_this_provider(case, e)]
    former = tuple(sorted({e.question.name for e in shown}))
    for record in case.records:
        if not case.not_there(record) or record.purpose is not Purpose.DKIM:
            continue
        severity = Severity.ERROR if record.required else Severity.WARNING
        heard = case.heard(record.name, record.type)
        if shown:
            gone = [Remove(case.zone_of(e.question.name), e.question.name, "CNAME", e.values("CNAME")) for e in shown]
            yield rule.finding(record.name, SAYS, [*shown, *heard], severity=severity, fix=gone, former=former)
        elif unexplained := something_below(case, record):
            above = unexplained[0].question.name
            proof = [*unexplained, *heard]
            yield rule.finding(
                record.name, SOMETHING, proof, severity=Severity.WARNING, confidence=POSSIBLE, parent=above
            )


def of_this_provider(case: Case, exchange: Exchange) -> bool:
    """Whether the target there is one of the provider that is asking now."""
    owners = [provider_of_target(value) for value in exchange.values("CNAME")]
    return any(owner is not None and owner.id == case.expected.provider for owner in owners)


def all_gone(case: Case) -> bool:
    return all(case.not_there(record) for record in case.expected.required)


def nonterminal(case: Case, record: ExpectedRecord) -> str:
    """`_domainkey` above a missing record, if it exists; "" otherwise."""
    name = under("_domainkey", case.domain)
    ours = record.name.endswith("." + name)
    return name if ours and case.exists(name) else ""


def something_below(case: Case, record: ExpectedRecord) -> list[Exchange]:
    """The answers that show a `_domainkey` which no wildcard and no usual selector explains."""
    above = nonterminal(case, record) if all_gone(case) else ""
    if not above or case.exists(case.sibling(above)) is not False:
        return []
    usual = [e for s in common_selectors()[:USUAL] for e in case.heard(under(s, above), "TXT")]
    if not usual or any(e.answer or e.outcome == "nodata" for e in usual):
        return []
    return list(case.heard(above, "SOA"))


rule = Rule("stale-names", "absent", TITLE, finds, asks, explains=("record-missing",))

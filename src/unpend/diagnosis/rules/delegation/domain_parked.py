"""The domain is parked: its servers sell or advertise it and answer every name alike, so no record can exist there.

Names never decide: hosts such as dns-parking.com serve live zones. It takes a parking host's servers *and* the same
address at a name that nobody created.
"""

from __future__ import annotations

from collections.abc import Iterator

from unpend.diagnosis.ask import Ask, one
from unpend.diagnosis.case import Case
from unpend.diagnosis.registry import EVERYTHING_BELOW, delegation, special_servers
from unpend.diagnosis.rule import Rule
from unpend.model.finding import Finding
from unpend.model.names import under
from unpend.model.plan import Errand, Where
from unpend.model.text import Text

TITLE = Text(en="The domain is parked", ja="ドメインがパーキング状態です")
SAYS = Text(
    en="{registrable} is parked at {servers}: every name, even one that nobody created, leads to the same parking "
    "page, and none of the wanted records is there.",
    ja="{registrable} は {servers} でパーキング状態です。誰も作っていない名前でも同じパーキングページに向いており、必"
    "要なレコードは一つもありません。",
)
CURE = Text(
    en="At the registrar, end the parking of {registrable} and enter the name servers of the DNS host where you keep "
    "its records.",
    ja="レジストラで {registrable} のパーキングを解除し、レコードを管理する DNS サービスのネームサーバーを設定してく"
    "ださい。",
)


def parked(case: Case) -> bool:
    """Whether parking servers serve the zone and no wanted record is right there."""
    return bool(special_servers(case, "parked")) and not any(case.sights(r) and case.right(r) for r in case.records)


def beside(case: Case) -> str:
    """A name directly below the domain that nobody created."""
    return under(case.sibling_label, case.domain)


def asks(case: Case) -> Iterator[Ask]:
    if parked(case):
        yield one(case.domain, "A")
        yield one(beside(case), "A")


def finds(case: Case) -> Iterator[Finding]:
    cut = delegation(case)
    if cut is None or not parked(case):
        return
    pages = [e for e in case.heard(case.domain, "A") if e.values("A")]
    echoes = [e for e in case.heard(beside(case), "A") if e.values("A")]
    if not {v for e in pages for v in e.values("A")} & {v for e in echoes for v in e.values("A")}:
        return
    name = case.registrable
    servers = tuple(ns.name for ns in special_servers(case, "parked"))
    cure = Errand(Where.REGISTRAR, "set-nameservers", name, (), CURE.fill(registrable=name))
    yield rule.finding(name, SAYS, [*pages, *echoes], fix=[cure], registrable=name, servers=servers)


rule = Rule("domain-parked", "delegation", TITLE, finds, asks, explains=EVERYTHING_BELOW)

"""The chain of signatures breaks above the domain, in the registry's own zone: its owner can do nothing about it."""

from __future__ import annotations

from collections.abc import Iterator

from unpend.diagnosis.ask import Ask, Whom
from unpend.diagnosis.case import Case
from unpend.diagnosis.dnssec_status import above, errors_said, failures, refused_above
from unpend.diagnosis.registry import users_cuts
from unpend.diagnosis.rule import Rule
from unpend.model.finding import Finding
from unpend.model.plan import Errand, Where
from unpend.model.text import Text

TITLE = Text(en="DNSSEC is broken above the domain", ja="上位ゾーンの DNSSEC が壊れています")
SAYS = Text(
    en="Resolvers that validate refuse already {parent}, the zone above {zone}: its DNSSEC is broken, and everything "
    "below it fails. Nothing in your own zone can repair that.",
    ja="検証を行うリゾルバーは、{zone} の上位にある {parent} の時点で応答を拒否しています。上位ゾーンの DNSSEC が壊れ"
    "ているため、配下はすべて失敗します。自分のゾーンを直しても解決しません。",
)
CURE = Text(
    en="Report to the operator of {parent} (through your registrar) that its DNSSEC does not validate.",
    ja="{parent} の運用者に、DNSSEC 検証が失敗していることをレジストラ経由で連絡してください。",
)


def asks(case: Case) -> Iterator[Ask]:
    if any(failures(case, cut.zone) for cut in users_cuts(case)):
        for question in above(case):
            yield from (Ask(question, Whom.RESOLVERS, cd=cd) for cd in (False, True))


def finds(case: Case) -> Iterator[Finding]:
    proof = refused_above(case)
    if proof:
        top = users_cuts(case)[0]
        zone, parent = top.zone, top.parent
        cure = Errand(Where.REGISTRAR, "report-to-registry", parent, (), CURE.fill(parent=parent))
        codes = errors_said(proof)
        yield rule.finding(zone, SAYS, proof, fix=[cure], zone=zone, parent=parent, ede=codes)


EXPLAINS = ("negative-cached", "old-value-cached", "answers-differ-by-place")
rule = Rule("dnssec-broken-above", "dnssec", TITLE, finds, asks, explains=EXPLAINS)

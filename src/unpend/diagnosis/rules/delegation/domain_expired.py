"""The registration ran out: the registry dropped the delegation, or the registrar put its expiry servers in place."""

from __future__ import annotations

from collections.abc import Iterator

from unpend.diagnosis.case import Case
from unpend.diagnosis.registry import (
    EVERYTHING_BELOW,
    delegation,
    denials,
    lapsed,
    proof_of,
    special_servers,
)
from unpend.diagnosis.rule import Rule
from unpend.model.finding import Finding, Severity
from unpend.model.plan import Errand, Where
from unpend.model.text import Text

TITLE = Text(en="The domain has expired", ja="ドメインの有効期限が切れています")
DROPPED = Text(
    en="The registration of {registrable} ran out: the registry no longer delegates it.",
    ja="{registrable} の登録期限が切れており、レジストリは委任を外しています。",
)
REPLACED = Text(
    en="The registration of {registrable} ran out: the registrar replaced its name servers by {servers}.",
    ja="{registrable} の登録期限が切れており、レジストラがネームサーバーを {servers} に差し替えています。",
)
ABOUT_TO = Text(
    en="The registration of {registrable} has run out. It still resolves, but that may end any day.",
    ja="{registrable} の登録期限が過ぎています。今は名前を引けますが、いつ止まってもおかしくありません。",
)
CURE = Text(
    en="Renew {registrable} at the registrar, then check that its name servers are your DNS host's again.",
    ja="レジストラで {registrable} を更新し、そのあとネームサーバーが元の DNS サービスに戻ったか確かめてください。",
)


def finds(case: Case) -> Iterator[Finding]:
    name = case.registrable
    cure = Errand(Where.REGISTRAR, "renew-domain", name, (), CURE.fill(registrable=name))
    cut = delegation(case)
    if cut is None:
        denied = denials(case)
        if denied and lapsed(case):
            yield rule.finding(name, DROPPED, denied, fix=[cure], registrable=name)
        return
    servers = tuple(ns.name for ns in special_servers(case, "expired"))
    proof = proof_of(case, cut)
    if servers and proof:
        yield rule.finding(name, REPLACED, proof, fix=[cure], registrable=name, servers=servers)
    elif lapsed(case) and proof:
        yield rule.finding(name, ABOUT_TO, proof, severity=Severity.WARNING, fix=[cure], registrable=name)


rule = Rule("domain-expired", "delegation", TITLE, finds, explains=EVERYTHING_BELOW)

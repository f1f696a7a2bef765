"""The registrar suspended the domain because nobody answered the e-mail that verifies the registrant's address."""

from __future__ import annotations

from collections.abc import Iterator

from unpend.diagnosis.case import Case
from unpend.diagnosis.registry import EVERYTHING_BELOW, delegation, proof_of, special_servers
from unpend.diagnosis.rule import Rule
from unpend.model.finding import Finding
from unpend.model.plan import Errand, Where
from unpend.model.text import Text

TITLE = Text(en="The registrant's e-mail address was never verified", ja="登録者のメールアドレスが確認されていません")
SAYS = Text(
    en="The registrar suspended {registrable}: it delegates the domain to {servers}, the servers for domains whose "
    "registrant did not answer the verification e-mail.",
    ja="レジストラが {registrable} を停止しています。委任先の {servers} は、登録者メールアドレスの確認が済んでいない"
    "ドメイン用のサーバーです。",
)
CURE = Text(
    en="Have the registrar send the registrant verification e-mail for {registrable} again and press its link. If "
    "that mail goes to an address in {registrable} itself, change the contact address first: the domain receives "
    "nothing now.",
    ja="レジストラで {registrable} の登録者確認メールを再送し、本文のリンクを押してください。連絡先が {registrable} の"
    "アドレスになっている場合は、今は受信できないので、先に別のアドレスへ変更してください。",
)


def finds(case: Case) -> Iterator[Finding]:
    cut = delegation(case)
    servers = tuple(ns.name for ns in special_servers(case, "registrant-unverified"))
    if cut is None or not servers:
        return
    name = case.registrable
    cure = Errand(Where.REGISTRAR, "verify-registrant", name, (), CURE.fill(registrable=name))
    if proof := proof_of(case, cut):
        yield rule.finding(name, SAYS, proof, fix=[cure], registrable=name, servers=servers)


rule = Rule("registrant-unverified", "delegation", TITLE, finds, explains=EVERYTHING_BELOW)

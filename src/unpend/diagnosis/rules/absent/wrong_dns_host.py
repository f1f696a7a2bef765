"""The record is right, at a DNS host that the domain is not delegated to: proved by asking that host."""

from __future__ import annotations

from collections.abc import Iterator

from unpend.catalog import host_of, probe_hosts
from unpend.diagnosis.ask import Ask, Whom
from unpend.diagnosis.case import Case
from unpend.diagnosis.elsewhere import EXPLAINS, asks_about, nameservers_there, place_finding, places
from unpend.diagnosis.operators import extra_nameservers
from unpend.diagnosis.rule import Rule
from unpend.model.finding import Finding
from unpend.model.plan import Errand, Where
from unpend.model.records import Question
from unpend.model.text import Text

TITLE = Text(
    en="The record was entered at a DNS host that is not in use",
    ja="使われていない DNS サービスにレコードが登録されています",
)
SAYS = Text(
    en="{name} is right at {there} ({server}), but {zone} is delegated to {here}: nobody asks {there}. Enter the record at {here}.",
    ja="{name} は {there}（{server}）に正しく登録されていますが、{zone} の委任先は {here} なので、{there} には誰も問い合わせません。{here} に登録してください。",
)
CURE = Text(
    en="At the registrar, change the name servers of {zone} to those of {there}; but first copy every record of {here} there.",
    ja="レジストラで {zone} のネームサーバーを {there} のものに変更する方法もあります。その場合は、先に {here} の全レコードを移してください。",
)
SUB_ZONE = Text(
    en="{there} does not serve the whole zone {zone}: if it serves only a sub-domain, delegate that one by NS records in {zone}.",
    ja="{there} は {zone} 全体を持っていません。サブドメインだけを任せる場合は、{zone} に NS レコードを置いて委任してください。",
)


def asks(case: Case) -> Iterator[Ask]:
    """The hosts whose servers never change, and those that only the zone itself names, for the first missing record."""
    missing = [record for record in case.records if case.not_there(record)]
    for record in missing[:1]:
        cut = case.cut_of(record.name)
        here = host_of(ns.name for ns in cut.nameservers) if cut else None
        delegated = {ns.name for ns in cut.nameservers} if cut else set()
        probes = [name for _, name in probe_hosts()]
        for host in dict.fromkeys([*(extra_nameservers(case, cut)[:3] if cut else ()), *probes]):
            other_set = here is None or here.live_nameservers or host not in probes or host_of((host,)) != here
            if host not in delegated and other_set:
                yield Ask(Question(record.name, record.type), Whom.HOST, zone=case.zone_of(record.name), host=host)
    yield from asks_for_the_rest(case)
    yield from asks_about(case)


def asks_for_the_rest(case: Case) -> Iterator[Ask]:
    """A host that holds one of the records is asked for all of them."""
    missing = [record for record in case.records if case.not_there(record)]
    found = {e.server for r in missing for e in case.at_hosts(r.name, r.type) if e.values(r.type)}
    for server in sorted(found, key=lambda s: s.name):
        for record in missing:
            question = Question(record.name, record.type)
            yield Ask(question, Whom.HOST, zone=server.zone, host=server.name, address=server.address)


def finds(case: Case) -> Iterator[Finding]:
    for place in places(case, "wrong-dns-host"):
        there = nameservers_there(case, place)
        words = {"zone": place.cut.zone, "there": place.there, "here": place.here}
        told = (CURE if there else SUB_ZONE).fill(**words)
        cure = Errand(
            Where.REGISTRAR, "set-nameservers" if there else "delegate-sub-domain", place.cut.zone, there, told
        )
        yield place_finding(case, rule, SAYS, place, (cure,))


rule = Rule("wrong-dns-host", "absent", TITLE, finds, asks, EXPLAINS)

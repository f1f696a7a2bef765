"""A delegated name server answers nothing on any of its addresses, although our network works."""

from __future__ import annotations

from collections.abc import Iterator

from unpend.diagnosis.ask import Ask
from unpend.diagnosis.case import Case
from unpend.diagnosis.reach import (
    ask_through_resolvers,
    dead_addresses,
    dead_nameservers,
    port_53_works,
    reached_by_resolvers,
)
from unpend.diagnosis.registry import users_cuts
from unpend.diagnosis.rule import Rule
from unpend.model.finding import Confidence, Finding, Severity
from unpend.model.observation import ZoneCut
from unpend.model.plan import Errand, Where
from unpend.model.text import Text

TITLE = Text(en="A name server does not answer", ja="ネームサーバーが応答しません")
SOME = Text(
    en="{servers} of {zone} answer nothing; the other name servers do.",
    ja="{zone} のネームサーバーのうち {servers} が応答しません。ほかのサーバーは応答しています。",
)
ALL = Text(
    en="No name server of {zone} answers ({servers}): nobody can look up any record in it.",
    ja="{zone} のネームサーバー（{servers}）がどれも応答しません。このゾーンのレコードは誰にも引けません。",
)
CURE = Text(
    en="Start the name servers {servers} of {zone} again or open UDP and TCP port 53 to them; if they are gone for "
    "good, enter the right ones at the registrar.",
    ja="{zone} のネームサーバー {servers} を復旧し、UDP と TCP のポート 53 を開けてください。廃止したサーバーなら、正"
    "しいネームサーバーをレジストラで設定してください。",
)


def asks(case: Case) -> Iterator[Ask]:
    for cut in users_cuts(case):
        if dead_nameservers(case, cut.zone) and not case.live_servers(cut.zone):
            yield ask_through_resolvers(case, cut.zone)


def finds(case: Case) -> Iterator[Finding]:
    for cut in users_cuts(case):
        if dead_nameservers(case, cut.zone) and (port_53_works(case) or port_53_works(case, ipv6=True)):
            yield found(case, cut)


def found(case: Case, cut: ZoneCut) -> Finding:
    """One dead server among several delays look-ups; only when none is left does verification fail."""
    zone, servers = cut.zone, dead_nameservers(case, cut.zone)
    silence = [e for s in dead_addresses(case, zone) if s.name in servers for e in case.with_server(s)]
    silence.sort(key=lambda e: e.question.name != zone)
    if case.live_servers(zone):
        return rule.finding(zone, SOME, silence[:6], severity=Severity.WARNING, zone=zone, servers=servers)
    if reached := reached_by_resolvers(case, zone):
        evidence = [*silence[:6], *reached]
        quiet = Severity.WARNING, Confidence.POSSIBLE
        return rule.finding(zone, ALL, evidence, severity=quiet[0], confidence=quiet[1], zone=zone, servers=servers)
    cure = Errand(Where.DNS_HOST, "fix-servers", zone, servers, CURE.fill(zone=zone, servers=servers))
    return rule.finding(zone, ALL, silence, fix=[cure], zone=zone, servers=servers)


rule = Rule("nameserver-unreachable", "delegation", TITLE, finds, asks)

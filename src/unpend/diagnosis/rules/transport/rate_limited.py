"""The servers refuse or ignore us while others get answers: a rate limit, a block list or a country filter.

Told from dead and lame servers by a question that no cache can answer: resolvers that answer it reach the servers.
"""

from __future__ import annotations

from collections.abc import Iterator

from unpend.diagnosis.ask import Ask
from unpend.diagnosis.case import Case
from unpend.diagnosis.reach import SILENT, ask_through_resolvers, in_earnest, port_53_works, reached_by_resolvers
from unpend.diagnosis.registry import users_cuts
from unpend.diagnosis.rule import Rule
from unpend.model.finding import Confidence, Finding, Severity
from unpend.model.records import Exchange, Outcome, Server
from unpend.model.text import Text

TITLE = Text(en="The name servers do not answer us", ja="ネームサーバーがこちらからの問い合わせに応答しません")
NOT_US = Text(
    en="The name servers of {zone} ({servers}) do not answer questions from here, yet resolvers elsewhere get "
    "answers from them. A rate limit or a filter keeps us out; what they hold cannot be checked from this network.",
    ja="{zone} のネームサーバー（{servers}）はここからの問い合わせに応答しませんが、ほかの場所のリゾルバーには応答し"
    "ています。頻度制限またはフィルターで遮断されているため、このネットワークからは内容を確かめられません。",
)
SOMETIMES = Text(
    en="{servers} answered some of our questions about {zone} and refused or ignored others. It may limit how often "
    "one address may ask.",
    ja="{servers} は {zone} についての問い合わせの一部に応答し、残りを拒否または無視しました。アドレスごとの頻度制限"
    "かもしれません。",
)
REFUSALS_NEEDED = 2
SILENCES_NEEDED = 3


def shut_out(case: Case, zone: str) -> bool:
    """Whether the zone's servers were asked and none spoke, although our network works."""
    return bool(case.servers(zone)) and not case.live_servers(zone) and port_53_works(case)


def asks(case: Case) -> Iterator[Ask]:
    for cut in users_cuts(case):
        if shut_out(case, cut.zone):
            yield ask_through_resolvers(case, cut.zone)


def finds(case: Case) -> Iterator[Finding]:
    for cut in users_cuts(case):
        reached = reached_by_resolvers(case, cut.zone) if shut_out(case, cut.zone) else ()
        if reached:
            refused = [e for s in case.servers(cut.zone) for e in case.with_server(s)][:8]
            yield found(cut.zone, NOT_US, [*reached, *refused], Confidence.LIKELY)
            continue
        partly = [e for s in case.live_servers(cut.zone) for e in withheld(case, s)]
        if partly:
            yield found(cut.zone, SOMETIMES, partly, Confidence.POSSIBLE)


def withheld(case: Case, server: Server) -> list[Exchange]:
    """Questions of several types that a server which answers refused or ignored in every way they were asked."""
    asked = [e for e in case.with_server(server) if in_earnest(e)]
    told = {e.question for e in asked if e.outcome.conclusive}
    lost = [e for e in asked if e.question not in told and (e.outcome is Outcome.REFUSED or e.outcome in SILENT)]
    refusals = {e.question for e in lost if e.outcome is Outcome.REFUSED}
    silences = {e.question for e in lost} - refusals
    enough = len(refusals) >= REFUSALS_NEEDED or len(silences) >= SILENCES_NEEDED
    return lost if enough and len({e.question.type for e in lost}) > 1 else []


def found(zone: str, says: Text, evidence: list[Exchange], confidence: Confidence) -> Finding:
    servers = tuple(sorted({e.server.name for e in evidence if e.server.zone == zone}))
    severity = Severity.WARNING
    return rule.finding(zone, says, evidence, severity=severity, confidence=confidence, zone=zone, servers=servers)


rule = Rule("rate-limited", "transport", TITLE, finds, asks, explains=("lame-delegation", "nameserver-unreachable"))

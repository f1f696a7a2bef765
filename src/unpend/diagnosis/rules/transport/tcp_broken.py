"""A server cuts its answer short over UDP ("ask again over TCP") and does not answer over TCP (RFC 7766)."""

from __future__ import annotations

from collections.abc import Iterator

from unpend.diagnosis.case import Case
from unpend.diagnosis.reach import failing_at_resolvers
from unpend.diagnosis.registry import users_cuts
from unpend.diagnosis.rule import Rule
from unpend.model.finding import Finding, Severity
from unpend.model.plan import Errand, Where
from unpend.model.records import Exchange, Role, Server, Via
from unpend.model.text import Text

TITLE = Text(en="A name server does not answer over TCP", ja="ネームサーバーが TCP で応答しません")
SAYS = Text(
    en="{servers} of {zone} cut their answer to {questions} short over UDP and do not answer over TCP, so the whole "
    "answer cannot be had.",
    ja="{zone} のネームサーバー {servers} は、{questions} への応答を UDP では途中で打ち切り、TCP では応答しません。そ"
    "のため応答の全体を受け取れません。",
)
CURE = Text(
    en="Open TCP port 53 to {servers} in every firewall on the way, and switch TCP on in the server.",
    ja="{servers} への TCP ポート 53 を経路上のファイアウォールで開け、サーバー側でも TCP を有効にしてください。",
)


def cut_short(case: Case, server: Server) -> list[Exchange]:
    """Truncated answers with the TCP attempts that failed to complete them."""
    asked = case.with_server(server)
    whole = {e.question for e in asked if e.outcome.conclusive and not e.tc}
    short = [e for e in asked if e.tc and e.probe.via is not Via.TCP and e.question not in whole]
    tried = [e for e in asked if e.probe.via is Via.TCP and not e.outcome.conclusive]
    failed = {e.question for e in tried}
    return [e for e in (*short, *tried) if e.question in failed and e.question in {s.question for s in short}]


def lost_records(case: Case, zone: str) -> list[Exchange]:
    """The truncated answers about required records that no server gave in full and no resolver could get."""
    lost: list[Exchange] = []
    for record in case.expected.required:
        if case.zone_of(record.name) != zone or not case.unheard(record):
            continue
        seen = case.at_resolvers(record.name, record.type)
        if not any(e.outcome.conclusive for e in seen):
            asked = case.exchanges(record.name, record.type, role=Role.AUTHORITATIVE)
            lost += [*(e for e in asked if e.tc), *seen]
    return lost


def finds(case: Case) -> Iterator[Finding]:
    for cut in users_cuts(case):
        evidence = [e for s in case.servers(cut.zone) for e in cut_short(case, s)]
        if not evidence:
            continue
        servers = tuple(sorted({e.server.name for e in evidence}))
        questions = tuple(dict.fromkeys(str(e.question) for e in evidence))
        lost = [*lost_records(case, cut.zone), *failing_at_resolvers(case, cut.zone)]
        cure = Errand(Where.DNS_HOST, "fix-servers", cut.zone, (), CURE.fill(servers=servers))
        severity = Severity.ERROR if lost else Severity.WARNING
        proof = [*evidence[:8], *lost]
        yield rule.finding(
            cut.zone, SAYS, proof, severity=severity, fix=[cure], zone=cut.zone, servers=servers, questions=questions
        )


rule = Rule("tcp-broken", "transport", TITLE, finds)

"""A server answers plain questions and fails on the same with EDNS (RFC 6891), which every resolver sends today."""

from __future__ import annotations

from collections.abc import Iterator

from unpend.diagnosis.ask import Ask, Whom
from unpend.diagnosis.case import Case
from unpend.diagnosis.outcomes import in_words
from unpend.diagnosis.reach import failing_at_resolvers, in_earnest
from unpend.diagnosis.registry import users_cuts
from unpend.diagnosis.rule import Rule
from unpend.model.finding import Finding, Severity
from unpend.model.plan import Errand, Where
from unpend.model.records import Exchange, Question, Server, Via
from unpend.model.text import Text

TITLE = Text(en="A name server fails on EDNS", ja="ネームサーバーが EDNS に対応していません")
SAYS = Text(
    en="{servers} of {zone} answer plain DNS questions, but fail ({how}) when the same question carries EDNS, as "
    "every modern resolver sends it.",
    ja="{zone} のネームサーバー {servers} は、EDNS なしの問い合わせには答えますが、同じ問い合わせに EDNS を付けると失"
    "敗します（{how}）。現在のリゾルバーはどれも EDNS を付けて問い合わせます。",
)
CURE = Text(
    en="Have the operator of {servers} update the server or the firewall in front of it so that questions with EDNS "
    "(RFC 6891) are answered, or move {zone} to another DNS host.",
    ja="{servers} の運用者に、EDNS（RFC 6891）付きの問い合わせに応答するよう、サーバーまたは手前のファイアウォールの"
    "更新を依頼してください。難しければ {zone} を別の DNS サービスへ移してください。",
)
REFUSALS = frozenset({"FORMERR", "NOTIMP", "BADVERS"})
SILENCES_NEEDED = 2


def failures(case: Case, server: Server) -> list[Exchange]:
    """The questions that this server answers only without EDNS; none if it ever answered one with it over UDP."""
    asked = [e for e in case.with_server(server) if in_earnest(e)]
    if any(e.probe.via is Via.UDP and e.outcome.conclusive for e in asked):
        return []
    plain = {e.question: e for e in asked if e.probe.via is Via.PLAIN and e.outcome.conclusive}
    failed = [e for e in asked if e.probe.via is Via.UDP and e.question in plain]
    clear = any(e.rcode in REFUSALS for e in failed) or len({e.question for e in failed}) >= SILENCES_NEEDED
    return [e for f in failed for e in (f, plain[f.question])] if clear else []


def asks(case: Case) -> Iterator[Ask]:
    """Plain questions go without mixed case as well: the same with EDNS in lower case tells the two apart."""
    for cut in users_cuts(case):
        for server in case.servers(cut.zone):
            if failures(case, server):
                soa = Question(cut.zone, "SOA")
                yield Ask(soa, Whom.SERVER, server=server, via=Via.UDP, mixed_case=False)


def finds(case: Case) -> Iterator[Finding]:
    for cut in users_cuts(case):
        evidence = [e for s in case.servers(cut.zone) for e in failures(case, s)]
        if not evidence:
            continue
        servers = tuple(sorted({e.server.name for e in evidence}))
        outcomes = tuple(sorted({e.rcode or str(e.outcome) for e in evidence if e.probe.via is Via.UDP}))
        untouched = [s for s in case.live_servers(cut.zone) if not failures(case, s)]
        lost = () if untouched else failing_at_resolvers(case, cut.zone)
        cure = Errand(Where.DNS_HOST, "fix-servers", cut.zone, (), CURE.fill(zone=cut.zone, servers=servers))
        severity = Severity.ERROR if lost else Severity.WARNING
        proof = [*evidence[:8], *lost]
        yield rule.finding(
            cut.zone,
            SAYS.fill(how=in_words(outcomes)),
            proof,
            severity=severity,
            fix=[cure],
            zone=cut.zone,
            servers=servers,
            outcomes=outcomes,
        )


rule = Rule("edns-broken", "transport", TITLE, finds, asks)

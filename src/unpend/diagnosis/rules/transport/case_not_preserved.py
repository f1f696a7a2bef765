"""A server mishandles upper and lower case: it answers mixed-case questions wrongly, or does not echo their case.

Resolvers mix the case of their questions as a guard against forgery ("0x20"); names compare without it (RFC 4343).
"""

from __future__ import annotations

from collections.abc import Iterator

from unpend.diagnosis.ask import Ask, Whom
from unpend.diagnosis.case import Case
from unpend.diagnosis.reach import answered, failing_at_resolvers, in_earnest
from unpend.diagnosis.registry import users_cuts
from unpend.diagnosis.rule import Rule
from unpend.model.finding import Finding, Severity
from unpend.model.observation import ZoneCut
from unpend.model.plan import Errand, Where
from unpend.model.records import Exchange, Question, Server, Via
from unpend.model.text import Text

TITLE = Text(en="A name server mishandles upper and lower case", ja="ネームサーバーが大文字と小文字を正しく扱いません")
FAILS = Text(
    en="{servers} of {zone} answer a question in lower case and fail on the same one in mixed case, as many "
    "resolvers ask.",
    ja="{zone} のネームサーバー {servers} は、小文字の問い合わせには答えますが、大文字と小文字を混ぜた同じ問い合わせ"
    "には正しく答えません。多くのリゾルバーは混ぜた形で問い合わせます。",
)
NOT_ECHOED = Text(
    en="{servers} of {zone} do not echo upper and lower case as it was asked. Most resolvers tolerate that; some ask "
    "again or give up.",
    ja="{zone} のネームサーバー {servers} は、問い合わせの大文字と小文字をそのまま返しません。多くのリゾルバーは許容"
    "しますが、問い合わせ直したり失敗したりするものもあります。",
)
CURE = Text(
    en="Have the operator of {servers} update the name server so that it treats names without regard to case and "
    "echoes the question as it came, or move {zone} to another DNS host.",
    ja="{servers} の運用者に、名前の大文字と小文字を区別せず、問い合わせをそのまま返すようサーバーの更新を依頼してく"
    "ださい。難しければ {zone} を別の DNS サービスへ移してください。",
)


def mixed(case: Case, server: Server) -> list[Exchange]:
    """What this server was asked over UDP in mixed case."""
    return [e for e in case.with_server(server) if e.probe.mixed_case and e.probe.via is Via.UDP and in_earnest(e)]


def asks(case: Case) -> Iterator[Ask]:
    """The same in lower case: at servers that fail on all questions in mixed case, and once for a missing record."""
    for cut in users_cuts(case):
        for server in case.servers(cut.zone):
            heard = [e for e in case.with_server(server) if answered(e)]
            if heard and not any(case.speaks(e) for e in mixed(case, server)):
                yield lower(Question(cut.zone, "SOA"), server)
        missing = next((r for r in case.records if case.zone_of(r.name) == cut.zone and case.missing(r)), None)
        for server in case.live_servers(cut.zone)[:1] if missing else ():
            if missing:
                yield lower(Question(missing.name, missing.type), server)


def lower(question: Question, server: Server) -> Ask:
    return Ask(question, Whom.SERVER, server=server, via=Via.UDP, mixed_case=False)


def failures(case: Case, server: Server) -> list[Exchange]:
    """Questions that this server answers with authority in lower case and otherwise in mixed case."""
    asked = mixed(case, server)
    right = [
        e
        for e in case.with_server(server)
        if not e.probe.mixed_case
        and e.probe.via is Via.UDP
        and case.speaks(e)
        and (e.answer or not answered_any(asked))
    ]
    return [e for good in right for bad in asked if differs(bad, good) for e in (bad, good)]


def answered_any(asked: list[Exchange]) -> bool:
    return any(e.outcome.conclusive for e in asked)


def differs(bad: Exchange, good: Exchange) -> bool:
    return bad.question == good.question and not bad.answer and not bad.tc


def finds(case: Case) -> Iterator[Finding]:
    for cut in users_cuts(case):
        failed = [e for s in case.servers(cut.zone) for e in failures(case, s)]
        altered = [e for s in case.servers(cut.zone) for e in mixed(case, s) if answered(e) and not e.case_kept]
        if failed:
            yield found(case, cut, FAILS, failed, "fails")
        elif altered:
            yield found(case, cut, NOT_ECHOED, altered, "not-echoed")


def found(case: Case, cut: ZoneCut, says: Text, evidence: list[Exchange], why: str) -> Finding:
    servers = tuple(sorted({e.server.name for e in evidence}))
    untouched = {s.name for s in case.live_servers(cut.zone)} - set(servers)
    lost = () if untouched else failing_at_resolvers(case, cut.zone)
    cure = Errand(Where.DNS_HOST, "fix-servers", cut.zone, (), CURE.fill(zone=cut.zone, servers=servers))
    return rule.finding(
        cut.zone,
        says,
        [*evidence[:8], *lost],
        severity=Severity.ERROR if lost else Severity.WARNING,
        fix=[cure] if lost or why == "fails" else [],
        zone=cut.zone,
        servers=servers,
        why=why,
    )


rule = Rule("case-not-preserved", "transport", TITLE, finds, asks, explains=("lame-delegation", "record-missing"))

"""The parent names a server that does not serve the zone: REFUSED, SERVFAIL, an upward referral, no authority."""

from __future__ import annotations

from collections.abc import Iterator

from unpend.diagnosis.case import Case
from unpend.diagnosis.outcomes import NO_AUTHORITY, in_words
from unpend.diagnosis.rule import Rule
from unpend.model.finding import Finding, Severity
from unpend.model.plan import Errand, Where
from unpend.model.records import Exchange, Outcome
from unpend.model.text import Text

TITLE = Text(en="A delegated server does not serve the zone", ja="委任先のサーバーがゾーンを持っていません")
SAYS = Text(
    en="{zone} is delegated to {servers}, but is not served there ({how}).",
    ja="{zone} は {servers} に委任されていますが、そこにはゾーンがありません（{how}）。",
)
CURE = Text(
    en="At the registrar, name only the servers that serve {zone}, or set the zone up at {servers}.",
    ja="レジストラ側で {zone} を実際に持つネームサーバーだけを指定するか、{servers} にゾーンを作成してください。",
)


def lame(case: Case, exchange: Exchange) -> bool:
    """Whether a server's answer about the zone's SOA shows that it does not serve the zone (RFC 8499 section 7)."""
    if exchange.outcome in {Outcome.REFUSED, Outcome.SERVFAIL, Outcome.REFERRAL}:
        return True
    return exchange.outcome.conclusive and not exchange.aa


def in_what_way(exchange: Exchange) -> str:
    """The outcome; an answer that is no referral and yet not the server's own has a word of its own."""
    own_words = exchange.outcome.conclusive and exchange.outcome is not Outcome.REFERRAL
    return NO_AUTHORITY if own_words else str(exchange.outcome)


def finds(case: Case) -> Iterator[Finding]:
    for cut in case.zones:
        bad = [e for e in case.said(cut.zone, "SOA", cut.zone) if lame(case, e)]
        live = case.live_servers(cut.zone)
        bad = [e for e in bad if e.server not in live]
        if not bad:
            continue
        servers = tuple(sorted({e.server.name for e in bad}))
        outcomes = tuple(sorted({in_what_way(e) for e in bad}))
        cure = Errand(Where.REGISTRAR, "fix-delegation", cut.zone, (), CURE.fill(zone=cut.zone, servers=servers))
        severity = Severity.WARNING if live else Severity.ERROR
        fix = [] if live else [cure]
        yield rule.finding(
            cut.zone,
            SAYS.fill(how=in_words(outcomes)),
            bad,
            severity=severity,
            fix=fix,
            zone=cut.zone,
            servers=servers,
            outcomes=outcomes,
        )


rule = Rule("lame-delegation", "delegation", TITLE, finds, explains=("nameserver-unreachable",))

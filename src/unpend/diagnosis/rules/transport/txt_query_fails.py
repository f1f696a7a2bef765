"""A server knows the name but fails when it is asked for TXT: mail providers and receivers ask exactly that."""

from __future__ import annotations

from collections.abc import Iterator

from unpend.diagnosis.ask import Ask, every
from unpend.diagnosis.case import Case
from unpend.diagnosis.outcomes import in_words
from unpend.diagnosis.reach import in_earnest
from unpend.diagnosis.rule import Rule
from unpend.model.expected import ExpectedRecord
from unpend.model.finding import Finding, Severity
from unpend.model.plan import Errand, Where
from unpend.model.records import Exchange, Outcome, Server
from unpend.model.text import Text

TITLE = Text(en="The name server fails on TXT questions", ja="ネームサーバーが TXT の問い合わせに失敗します")
SAYS = Text(
    en="{servers} answer other questions, but fail ({how}) when asked for TXT at {name}. Providers and "
    "receivers ask for TXT there, so DKIM stays pending although the record looks right.",
    ja="{servers} はほかの問い合わせには答えますが、{name} の TXT を尋ねると失敗します（{how}）。メール事業者や"
    "受信側はこの TXT を尋ねるため、レコードが正しく見えても DKIM は保留のままです。",
)
CURE = Text(
    en="Tell the DNS host of {zone} that its servers fail on TXT questions for {name}; they have to answer with the "
    "CNAME (or the TXT record). If it cannot be repaired, move {zone} to another DNS host.",
    ja="{zone} の DNS サービスに、{name} の TXT の問い合わせが失敗することを伝えてください。本来は CNAME（または TXT "
    "レコード）を返す必要があります。直らない場合は {zone} を別の DNS サービスへ移してください。",
)


def knowing(case: Case, record: ExpectedRecord) -> set[Server]:
    """The servers that answer well enough otherwise: for the record itself, or for the apex where it is a TXT."""
    if record.type == "TXT":
        return set(case.live_servers(case.zone_of(record.name)))
    return {e.server for e in case.heard(record.name, record.type) if e.values(record.type)}


def told(case: Case, record: ExpectedRecord) -> list[Exchange]:
    """What those servers said to the TXT question."""
    servers = knowing(case, record)
    return [e for e in case.said(record.name, "TXT") if e.server in servers and in_earnest(e)]


def asks(case: Case) -> Iterator[Ask]:
    for record in watched(case):
        if any(not e.outcome.conclusive for e in told(case, record)):
            yield every(record.name, "TXT")


def watched(case: Case) -> list[ExpectedRecord]:
    return [r for r in case.records if r.type in {"CNAME", "TXT"}]


def finds(case: Case) -> Iterator[Finding]:
    for record in watched(case):
        said = told(case, record)
        failed = [e for e in said if not e.outcome.conclusive]
        if failed:
            everywhere = len(failed) == len(said) and {e.server for e in said} >= knowing(case, record)
            yield found(case, record, failed, everywhere=everywhere and not by_chance(failed))


def by_chance(failed: list[Exchange]) -> bool:
    """One server's silence may be a lost packet; a refusal, or the silence of two, is not."""
    return len(failed) == 1 and failed[0].outcome is Outcome.TIMEOUT


def found(case: Case, record: ExpectedRecord, failed: list[Exchange], *, everywhere: bool) -> Finding:
    zone = case.zone_of(record.name)
    severe = everywhere and record.required
    cure = Errand(Where.DNS_HOST, "contact-dns-host", zone, (), CURE.fill(zone=zone, name=record.name))
    otherwise = case.heard(record.name, record.type) or case.heard(zone, "SOA", zone)
    outcomes = tuple(sorted({str(e.outcome) for e in failed}))
    return rule.finding(
        record.name,
        SAYS.fill(how=in_words(outcomes)),
        [*failed, *otherwise],
        severity=Severity.ERROR if severe else Severity.WARNING,
        fix=[cure] if severe else [],
        servers=tuple(sorted({e.server.name for e in failed})),
        outcomes=outcomes,
    )


rule = Rule("txt-query-fails", "transport", TITLE, finds, asks, explains=("rate-limited",))

"""Not one server outside answers us on port 53: our own network is at fault, and nothing can be said of the domain."""

from __future__ import annotations

from collections.abc import Iterator

from unpend.diagnosis.case import Case
from unpend.diagnosis.reach import answered
from unpend.diagnosis.rule import Rule
from unpend.model.finding import Confidence, Finding, Severity
from unpend.model.plan import Errand, Where
from unpend.model.records import Exchange, Outcome, Role
from unpend.model.text import Text

TITLE = Text(en="This network blocks DNS", ja="このネットワークから DNS に問い合わせられません")
SILENT = Text(
    en="Not one of {count} questions to name servers on the Internet was answered, not even by the root servers: this "
    "machine's network blocks port 53. Nothing can be said about {domain} from here.",
    ja="インターネット上のネームサーバーへの問い合わせ {count} 件に、ルートサーバーも含めてまったく応答がありません。"
    "このマシンのネットワークがポート 53 を塞いでいます。ここからは {domain} について何も判断できません。",
)
INTERCEPTED = Text(
    en="Something on this network answers in place of the name servers: the root servers seem to offer recursion. "
    "What is heard here about {domain} does not come from its own servers.",
    ja="このネットワークでは、何かがネームサーバーの代わりに応答しています（ルートサーバーが再帰検索を提供しているよ"
    "うに見えます）。{domain} についての応答は本来のサーバーのものではありません。",
)
CURE = Text(
    en="Allow outgoing UDP and TCP to port 53 for this machine, or run unpend on another network.",
    ja="このマシンから外向きの UDP と TCP のポート 53 を許可するか、別のネットワークで unpend を実行してください。",
)


def finds(case: Case) -> Iterator[Finding]:
    asked = [e for e in case.observation.exchanges if e.server.role is not Role.RESOLVER]
    if asked and not any(answered(e) for e in asked):
        yield found(case, SILENT, asked, "silent")
    elif asked and not case.zones and (false := intercepted(case)):
        yield found(case, INTERCEPTED, false, "intercepted")


def intercepted(case: Case) -> list[Exchange]:
    """Answers "of root servers" with recursion and without authority, where no real one was heard."""
    root = [e for e in case.by_role(Role.PARENT) if e.server.zone == "." and answered(e)]
    false = [e for e in root if e.ra and not e.aa and e.outcome is not Outcome.REFERRAL]
    return false if len(false) == len(root) else []


def found(case: Case, says: Text, evidence: list[Exchange], why: str) -> Finding:
    cure = Errand(Where.ADMIN, "open-port-53", case.domain, (), CURE)
    return rule.finding(
        case.domain,
        says,
        evidence,
        severity=Severity.WARNING,
        confidence=Confidence.LIKELY,
        fix=[cure],
        domain=case.domain,
        count=len(evidence),
        why=why,
    )


EXPLAINS = ("nameserver-unreachable", "nameserver-unresolvable", "rate-limited", "edns-broken", "tcp-broken")
rule = Rule("our-network-blocked", "transport", TITLE, finds, explains=EXPLAINS)

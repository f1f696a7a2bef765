"""Reports are to go to another organisation, which does not say that it accepts them (RFC 9990 section 4)."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from unpend.diagnosis.ask import Ask, Whom
from unpend.diagnosis.case import Case
from unpend.diagnosis.dmarc_view import applying
from unpend.diagnosis.rule import Rule
from unpend.model.finding import Finding, Severity
from unpend.model.records import Question
from unpend.model.text import Text
from unpend.sources.suffixes import registrable_of
from unpend.standards.dmarc import dmarc_records, report_name

TITLE = Text(en="The address for DMARC reports does not accept them", ja="DMARC レポートの宛先が受信を許可していません")
SAYS = Text(
    en="The DMARC record at {name} sends reports to {host}, which does not say that it accepts them: reporters send none. Its owner has to "
    "publish “v=DMARC1” at {wanted}, or the address has to be one of your own.",
    ja="{name} の DMARC レコードはレポートの宛先に {host} を指定していますが、{host} が受信を許可していないため、レポートは届きません。"
    "宛先の管理者が {wanted} に「v=DMARC1」を登録するか、自分のドメインの宛先に変更してください。",
)
MOST_HOSTS = 5


def outside(case: Case) -> Iterator[tuple[str, str]]:
    """The hosts of other organisations that reports go to, each with the name where it has to accept them."""
    view = applying(case)
    hosts = view.dmarc.report_hosts if view and view.dmarc else ()
    for host in hosts:
        name = report_name(view.domain if view else "", host)
        if registrable_of(host.rstrip(".")) != registrable_of(case.registrable.rstrip(".")) and len(name) < 255:
            yield host, name


def asks(case: Case) -> Iterator[Ask]:
    for _, name in islice(outside(case), MOST_HOSTS):
        yield Ask(Question(name, "TXT"), Whom.RESOLVERS)


def finds(case: Case) -> Iterator[Finding]:
    view = applying(case)
    for host, name in outside(case) if view else ():
        heard = [e for e in case.at_resolvers(name, "TXT") if e.outcome.conclusive]
        accepts = [e for e in heard if dmarc_records(r.text for r in e.answer if r.type == "TXT")]
        if view and heard and not accepts:
            proof = (*heard, *view.heard.exchanges)
            yield rule.finding(view.name, SAYS, proof, severity=Severity.WARNING, host=host, wanted=name)


rule = Rule("dmarc-report-unauthorised", "policy", TITLE, finds, asks, reaches_below=False)

"""The identity exists, but nobody has switched DKIM authentication on: the provider is not looking at all."""

from __future__ import annotations

from collections.abc import Iterator

from unpend.diagnosis.case import Case
from unpend.diagnosis.provider_view import NOT_STARTED, SUCCESS, heard_of
from unpend.diagnosis.rule import Rule
from unpend.model.finding import Finding, Severity
from unpend.model.plan import Errand, Where
from unpend.model.text import Text

TITLE = Text(en="The verification was never started", ja="検証が開始されていません")
SAYS = Text(
    en="The provider says NOT_STARTED for the DKIM of {domain}: it is not looking for the records, whatever is published.",
    ja="事業者は {domain} の DKIM を NOT_STARTED としています。何を登録しても、まだ確認は行われません。",
)
CURE = Text(
    en="Start it at the provider: at Amazon SES, open the identity, Authentication, DKIM, and publish with Easy DKIM.",
    ja="事業者側で開始してください。Amazon SES では、該当 ID の「認証」→「DKIM」で Easy DKIM を有効にします。",
)


def finds(case: Case) -> Iterator[Finding]:
    view = case.expected.view
    if view is None or view.dkim_status != NOT_STARTED:
        return
    if evidence := heard_of(case):
        errand = Errand(Where.PROVIDER, "start-verification", case.domain, (), CURE)
        verified = view.verification_status == SUCCESS
        severity = Severity.WARNING if verified else Severity.ERROR
        fix = [] if verified else [errand]
        yield rule.finding(case.domain, SAYS, evidence, severity=severity, fix=fix, domain=case.domain)


rule = Rule("authentication-not-started", "provider", TITLE, finds)

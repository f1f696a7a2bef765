"""The provider has given up: the time in which it looks for the records is over."""

from __future__ import annotations

from collections.abc import Iterator

from unpend.diagnosis.case import Case
from unpend.diagnosis.provider_view import FAILED, heard_of, settled, statuses
from unpend.diagnosis.rule import Rule
from unpend.model.finding import Finding, Severity
from unpend.model.text import Text

TITLE = Text(en="The provider has stopped looking", ja="事業者が確認を打ち切りました")
SAYS = Text(
    en="The provider says FAILED for {domain}: it did not find the records in time (72 hours at Amazon SES) and looks no more. However "
    "right the records are, the verification has to be started again.",
    ja="事業者は {domain} を FAILED としています。期限内（Amazon SES では 72 時間）にレコードが見つからず、確認を打ち切りました。レコードが正しくなっても、"
    "検証をやり直す必要があります。",
)


def finds(case: Case) -> Iterator[Finding]:
    view = case.expected.view
    if view is None or FAILED not in statuses(case) or view.last_success_at is not None:
        return
    if evidence := heard_of(case):
        severity = Severity.ERROR if settled(case) else Severity.WARNING
        yield rule.finding(case.domain, SAYS, evidence, severity=severity, domain=case.domain)


rule = Rule("verification-expired", "provider", TITLE, finds)

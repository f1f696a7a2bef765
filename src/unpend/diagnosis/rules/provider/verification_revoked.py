"""The domain was verified once; then the records were gone for too long."""

from __future__ import annotations

from collections.abc import Iterator

from unpend.diagnosis.case import Case
from unpend.diagnosis.provider_view import FAILED, heard_of, settled, statuses
from unpend.diagnosis.rule import Rule
from unpend.model.finding import Finding, Severity
from unpend.model.text import Text

TITLE = Text(en="The provider has withdrawn the verification", ja="事業者が検証済みの状態を取り消しました")
SAYS = Text(
    en="{domain} was verified once and says FAILED now: the provider did not find the records again in time. It looks no more; the "
    "verification has to be started again.",
    ja="{domain} は一度検証済みになりましたが、現在は FAILED です。その後レコードが見つからなくなり、確認が打ち切られました。検証をやり直す必要があります。",
)


def finds(case: Case) -> Iterator[Finding]:
    view = case.expected.view
    if view is None or FAILED not in statuses(case) or view.last_success_at is None:
        return
    if evidence := heard_of(case):
        severity = Severity.ERROR if settled(case) else Severity.WARNING
        yield rule.finding(case.domain, SAYS, evidence, severity=severity, domain=case.domain)


rule = Rule("verification-revoked", "provider", TITLE, finds)

"""Every record is right, and the provider still says pending: it has not looked since."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

from unpend.diagnosis.case import Case
from unpend.diagnosis.provider_view import (
    NOT_STARTED,
    PENDING,
    REPLICATION,
    TEMPORARY_FAILURE,
    primaries,
    settled,
    statuses,
)
from unpend.diagnosis.rule import Rule
from unpend.model.finding import Finding, Severity
from unpend.model.text import Text

TITLE = Text(en="The provider has not looked again yet", ja="事業者がまだ再確認していません")
SAYS = Text(
    en="Nothing is wrong with the records of {domain}: the provider says {status} because it has not looked since. {when}{ends} How "
    "often it looks is not documented.",
    ja="{domain} のレコードに問題はありません。事業者が最後に確認したあとで正しくなったため、まだ {status} と表示されています。{when}{ends}確認の間隔は公表されていません。",
)
LAST = Text(en="Its last look was at {at}.", ja="最後の確認は {at} です。")
ENDS = Text(
    en=" It goes on looking for 72 hours from when it missed them, and gives up then.",
    ja="レコードが見つからなくなってから 72 時間は確認を続け、それを過ぎると打ち切ります。",
)
NOTHING = Text(en="{nothing}", ja="{nothing}", params={"nothing": ""})
UNTOLD = Text(en="It did not tell when it looked last.", ja="最後にいつ確認したかは示されていません。")


def finds(case: Case) -> Iterator[Finding]:
    view = case.expected.view
    waits = statuses(case) & {PENDING, TEMPORARY_FAILURE}
    if view is None or not waits or NOT_STARTED in statuses(case):
        return
    saw_another = view.soa_primary and view.soa_primary not in primaries(case)
    if saw_another or (view.error_type or "").startswith(REPLICATION):
        return
    if evidence := settled(case):
        when = LAST.fill(at=shown(view.last_checked_at)) if view.last_checked_at else UNTOLD
        ends = ENDS if TEMPORARY_FAILURE in waits else NOTHING
        said = SAYS.fill(when=when, ends=ends, status=tuple(sorted(waits)))
        yield rule.finding(
            case.domain, said, evidence, severity=Severity.WARNING, keeps_waiting=True, domain=case.domain
        )


def shown(at: float) -> str:
    return datetime.fromtimestamp(int(at), UTC).strftime("%Y-%m-%d %H:%M:%S UTC")


rule = Rule("provider-not-rechecked", "provider", TITLE, finds)

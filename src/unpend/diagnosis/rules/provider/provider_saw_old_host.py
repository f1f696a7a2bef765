"""The provider's last look was answered by another DNS host than the one that serves the zone now."""

from __future__ import annotations

from collections.abc import Iterator

from unpend.diagnosis.case import Case
from unpend.diagnosis.provider_view import SUCCESS, heard_of, primaries, statuses
from unpend.diagnosis.rule import Rule
from unpend.model.finding import Confidence, Finding, Severity
from unpend.model.text import Text

TITLE = Text(en="The provider saw another DNS host", ja="事業者が別の DNS ホストを見ていました")
SAYS = Text(
    en="At its last look the provider was answered by a zone whose primary is {seen}; now it is {now}. Probably it looked before the move, "
    "or its resolver remembered the old delegation.",
    ja="事業者が最後に確認したとき、応答したゾーンのプライマリーは {seen} でした。現在は {now} です。移転前に確認したか、古い委任が"
    "キャッシュに残っていたと考えられます。",
)


def finds(case: Case) -> Iterator[Finding]:
    view, now = case.expected.view, primaries(case)
    if view is None or not view.soa_primary or not now or view.soa_primary in now or statuses(case) == {SUCCESS}:
        return
    evidence = list(case.heard(case.zone, "SOA", case.zone)) or heard_of(case)
    yield rule.finding(
        case.domain,
        SAYS,
        evidence,
        severity=Severity.WARNING,
        confidence=Confidence.LIKELY,
        keeps_waiting=True,
        seen=view.soa_primary,
        now=now,
    )


rule = Rule("provider-saw-old-host", "provider", TITLE, finds)

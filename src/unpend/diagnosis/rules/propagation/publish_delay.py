"""The DNS host publishes its panel's changes in batches, and the edit is younger than a batch."""

from __future__ import annotations

from collections.abc import Iterator

from unpend.catalog import host_of
from unpend.diagnosis.case import Case
from unpend.diagnosis.rule import Rule
from unpend.model.finding import Confidence, Finding, Severity
from unpend.model.plan import Wait
from unpend.model.text import Text

TITLE = Text(en="The DNS host has not published the edit yet", ja="DNS ホストがまだ編集内容を公開していません")
SAYS = Text(
    en="{name} is not at the name servers yet. {host} publishes changes in batches, up to {minutes} minutes after the edit; yours is "
    "{age} minutes old.",
    ja="{name} はまだネームサーバーにありません。{host} は変更を一定間隔で公開するため、編集から最大 {minutes} 分かかります（編集から {age} 分経過）。",
)


def finds(case: Case) -> Iterator[Finding]:
    cut, entered = case.cut, case.expected.entered_at
    host = host_of(ns.name for ns in cut.nameservers) if cut else None
    if host is None or entered is None or not host.publish_seconds:
        return
    until = entered + host.publish_seconds
    if not entered <= case.now < until:
        return
    for record in case.records:
        if case.missing(record):
            yield rule.finding(
                record.name,
                SAYS,
                case.heard(record.name, record.type),
                severity=Severity.WARNING,
                confidence=Confidence.LIKELY,
                fix=[Wait(until)],
                keeps_waiting=True,
                host=host.name,
                minutes=host.publish_seconds // 60,
                age=int(case.now - entered) // 60,
            )


rule = Rule("publish-delay", "propagation", TITLE, finds, explains=("record-missing", "stale-names"))

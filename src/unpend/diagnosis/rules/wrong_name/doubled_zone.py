"""The panel put the zone behind a name that was already full: `tok._domainkey.example.com.example.com`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from unpend.diagnosis.ask import Ask, one
from unpend.diagnosis.case import Case
from unpend.diagnosis.misplaced import misplaced
from unpend.model.expected import ExpectedRecord
from unpend.model.finding import Confidence, Finding, Severity
from unpend.model.names import labels, under
from unpend.model.text import Text

TITLE = Text(en="The zone stands twice in the record's name", ja="レコード名にゾーン名が二重に付いています")
SAYS = Text(
    en="The record is published at {found}: the DNS panel put the zone behind a name that was already complete. "
    "It has to stand at {name}.",
    ja="レコードが {found} に登録されています。完全な名前を入力したところに、DNS の管理画面がさらにゾーン名を付け足した"
    "ためです。正しい名前は {name} です。",
)
TRACE = Text(
    en="Something exists below {trace}, which a name with the zone {zone} twice leaves behind. Whether the right record stands beside it "
    "cannot be told, since it is not known what is wanted.",
    ja="{trace} の配下に何かが存在します。これは、ゾーン名 {zone} が二重に付いた名前を登録した跡です。求められているレコードが分からないため、正しいものが別にあるかどうかは"
    "判断できません。",
)


def slips(case: Case, record: ExpectedRecord) -> Iterator[str]:
    zone = case.zone_of(record.name)
    yield record.name + zone
    yield record.name + case.domain


def trace(case: Case) -> str:
    """The name that exists if any name in the zone has the zone doubled, whatever its own labels are."""
    return under(labels(case.zone)[-1], case.zone)


def asks(case: Case) -> Iterator[Ask]:
    if case.zone and not case.records:
        yield one(trace(case), "SOA")
        yield one(case.sibling(trace(case)), "SOA")
    yield from by_content.asks(case)


def finds(case: Case) -> Iterator[Finding]:
    yield from by_content.finds(case)
    if not case.zone or case.records or not case.exists(trace(case)):
        return
    if case.exists(case.sibling(trace(case))) is False:
        yield rule.finding(
            case.zone,
            TRACE,
            case.heard(trace(case), "SOA"),
            severity=Severity.WARNING,
            confidence=Confidence.LIKELY,
            trace=trace(case),
            zone=case.zone,
        )


by_content = misplaced("doubled-zone", TITLE, SAYS, slips)
rule = replace(by_content, finds=finds, asks=asks)

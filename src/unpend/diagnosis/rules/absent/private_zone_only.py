"""The record is in a private zone: inside one's own network it is there, on the internet it is not."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from unpend.diagnosis.case import Case
from unpend.diagnosis.compare import Sight, holds, sight_of
from unpend.diagnosis.elsewhere import EXPLAINS, unplaced
from unpend.diagnosis.rule import Rule
from unpend.model.expected import ExpectedRecord
from unpend.model.finding import Finding, Severity
from unpend.model.names import is_under
from unpend.model.records import Exchange
from unpend.model.text import Text

TITLE = Text(en="The record is only in a private zone", ja="レコードがプライベートゾーンにしかありません")
SAYS = Text(
    en="{name} is answered by {resolver} on its own authority, but the public name servers of {zone} do not have it: it was entered in a "
    "private (internal) zone, which no mail provider can see.",
    ja="{name} は {resolver} 自身が権威として答えていますが、{zone} の公開ネームサーバーにはありません。プライベート（社内）ゾーンに登録されており、メール事業者からは見えません。",
)
IN_ACCOUNT = Text(
    en="{name} is in the private zone {private} ({id}) of the account. A private zone is not visible on the internet: enter the record in "
    "the public zone {zone}.",
    ja="{name} はアカウント内のプライベートゾーン {private}（{id}）にあります。プライベートゾーンはインターネットから見えません。公開ゾーン {zone} に登録してください。",
)


def finds(case: Case) -> Iterator[Finding]:
    for record, cut in unplaced(case):
        severity = Severity.ERROR if record.required else Severity.WARNING
        heard = case.heard(record.name, record.type)
        inside = answered_inside(case, record)
        held = [z for z in case.observation.hosted_zones if z.private and is_under(record.name, z.name)]
        own = [
            z
            for z in held
            if (r := [r for r in z.records if _same(r.name, r.type, record)]) and holds(record, tuple(r))
        ]
        if inside:
            told = tuple(sorted({e.server.name for e in inside}))
            yield rule.finding(record.name, SAYS, [*inside, *heard], severity=severity, resolver=told, zone=cut.zone)
        elif own:
            words: dict[str, Any] = {"private": own[0].name, "id": own[0].id or "-", "zone": cut.zone}
            yield rule.finding(record.name, IN_ACCOUNT, heard, severity=severity, **words)


def answered_inside(case: Case, record: ExpectedRecord) -> list[Exchange]:
    """The resolvers that hold the record themselves: what comes from a cache has no authority (RFC 1034 section 4.3.1)."""
    seen = case.at_resolvers(record.name, record.type)
    return [e for e in seen if e.aa and sight_of(record, e) is Sight.RIGHT]


def _same(name: str, type_: str, record: ExpectedRecord) -> bool:
    return (name, type_) == (record.name, record.type)


rule = Rule(
    "private-zone-only", "absent", TITLE, finds, explains=(*EXPLAINS, "answers-differ-by-place", "old-value-cached")
)

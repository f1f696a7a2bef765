"""The record was typed into another domain's zone, and the panel made its full name relative to that zone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from unpend.diagnosis.ask import Ask, Whom, one
from unpend.diagnosis.case import Case
from unpend.diagnosis.compare import Sight, copied, sight_of
from unpend.diagnosis.elsewhere import unplaced
from unpend.diagnosis.rule import Rule
from unpend.model.expected import ExpectedRecord
from unpend.model.finding import Finding, Severity
from unpend.model.plan import Remove
from unpend.model.records import Exchange, Question, Role
from unpend.model.text import Text

TITLE = Text(en="The record was typed into another domain's zone", ja="別ドメインのゾーンにレコードが登録されています")
SAYS = Text(
    en="The record stands at {found}: its full name was typed into the zone {other}. It has to be in the zone {zone}, at {name}.",
    ja="レコードが {found} に登録されています。完全な名前がゾーン {other} に入力されたためです。ゾーン {zone} の {name} に登録する必要があります。",
)
NAME_LIMIT = 254


def others(case: Case, zone: str) -> tuple[str, ...]:
    """The user's other zones, as far as they are known: on the way to the domain, and in the account."""
    known = [*(cut.zone for cut in case.zones), *(z.name for z in case.observation.hosted_zones if not z.private)]
    return tuple(other for other in dict.fromkeys(known) if other != zone)


def asks(case: Case) -> Iterator[Ask]:
    ours = {cut.zone for cut in case.zones}
    for record, cut in unplaced(case):
        for other in others(case, cut.zone)[:8]:
            name = record.name + other
            if len(name) <= NAME_LIMIT:
                yield one(name, record.type, other) if other in ours else Ask(Question(name, record.type), Whom.WALK)


def finds(case: Case) -> Iterator[Finding]:
    for record, cut in unplaced(case):
        for other in others(case, cut.zone):
            if shown := standing_at(case, record, record.name + other):
                values = {v for e in shown for v in copied(record, e.records(record.type))}
                gone = Remove(other, record.name + other, record.type, tuple(sorted(values)))
                severity = Severity.ERROR if record.required else Severity.WARNING
                proof = [*shown, *case.heard(record.name, record.type)]
                words: dict[str, Any] = {"found": record.name + other, "other": other, "zone": cut.zone}
                yield rule.finding(record.name, SAYS, proof, severity=severity, fix=[gone], **words)


def standing_at(case: Case, record: ExpectedRecord, name: str) -> list[Exchange]:
    """The authoritative answers that show the wanted content at this name."""
    moved = replace(record, name=name)
    asked = case.exchanges(name, record.type, role=Role.AUTHORITATIVE)
    return [e for e in asked if case.speaks(e) and sight_of(moved, e) is Sight.RIGHT]


rule = Rule(
    "foreign-zone-name",
    "absent",
    TITLE,
    finds,
    asks,
    explains=("record-missing", "stale-names", "publish-delay", "child-zone-hides-record"),
)

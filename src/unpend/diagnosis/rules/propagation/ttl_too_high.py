"""What stands there now has a TTL of a day or more: after the fix caches keep it that long."""

from __future__ import annotations

from collections.abc import Iterator

from unpend.diagnosis.case import Case
from unpend.diagnosis.compare import Sight
from unpend.diagnosis.rule import Rule
from unpend.model.finding import Finding, Severity
from unpend.model.text import Text

TITLE = Text(en="The wrong value will be remembered for long", ja="誤った値が長く残ります")
SAYS = Text(
    en="The wrong value at {name} has a TTL of {ttl} seconds ({hours} hours): whoever looked it up keeps it that long after the fix.",
    ja="{name} の誤った値は TTL が {ttl} 秒（{hours} 時間）です。修正後も、すでに参照した相手にはその間残ります。",
)
A_DAY = 86400


def finds(case: Case) -> Iterator[Finding]:
    for record in case.records:
        wrong = [e for e, sight in case.sights(record) if sight is Sight.WRONG]
        ttl = max((r.ttl for e in wrong for r in e.records(record.type)), default=0)
        if ttl >= A_DAY:
            yield rule.finding(record.name, SAYS, wrong, severity=Severity.WARNING, ttl=ttl, hours=ttl // 3600)


rule = Rule("ttl-too-high", "propagation", TITLE, finds)

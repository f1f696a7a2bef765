"""The zone was appended to the target, which had no final dot: `tok.dkim.amazonses.com.example.com`."""

from __future__ import annotations

from unpend.diagnosis.case import Case
from unpend.diagnosis.wrong_value import Params, valued
from unpend.model.expected import ExpectedRecord
from unpend.model.text import Text

TITLE = Text(en="The zone was appended to the value", ja="値の末尾にゾーン名が付いています")
SAYS = Text(
    en="{name} points to {found}: the panel put the zone behind the value, since it had no final dot. It has to point to {expected}.",
    ja="{name} の値が {found} になっています。値の末尾にドットがなかったため、ゾーン名が付け足されました。正しい値は {expected} です。",
)


def recognises(case: Case, record: ExpectedRecord, value: str) -> Params | None:
    behind = {
        wanted + zone for wanted in record.values for zone in (case.zone_of(record.name), case.domain, case.registrable)
    }
    return {} if value.lower() in behind else None


rule = valued("doubled-target", TITLE, SAYS, recognises)

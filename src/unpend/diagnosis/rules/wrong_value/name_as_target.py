"""The record's own name, or another wanted name, was entered as its value."""

from __future__ import annotations

from unpend.diagnosis.case import Case
from unpend.diagnosis.wrong_value import Params, valued
from unpend.model.expected import ExpectedRecord
from unpend.model.text import Text

TITLE = Text(en="A name was entered as the value", ja="値の欄に名前が入力されています")
SAYS = Text(
    en="{name} points to {found}, which is a record name, not the provider's target. It has to point to {expected}.",
    ja="{name} の値が {found} になっています。これは事業者の参照先ではなくレコード名です。正しい値は {expected} です。",
)


def recognises(case: Case, record: ExpectedRecord, value: str) -> Params | None:
    zone = case.zone_of(record.name)
    names = {n for r in case.records for n in (r.name, r.name + zone)} | {case.domain, zone}
    return {} if value.lower() in names else None


# A CNAME that points to itself is a loop, for which some servers fail (BIND: SERVFAIL) when they are asked for TXT.
rule = valued("name-as-target", TITLE, SAYS, recognises, explains=("wrong-target", "txt-query-fails"))

"""The tokens are permuted: this record has the target of another wanted record."""

from __future__ import annotations

from unpend.diagnosis.case import Case
from unpend.diagnosis.wrong_value import Params, valued
from unpend.model.expected import ExpectedRecord
from unpend.model.text import Text

TITLE = Text(en="The values of two records are swapped", ja="レコード同士の値が入れ替わっています")
SAYS = Text(
    en="{name} points to {found}, which belongs to {other}. It has to point to {expected}.",
    ja="{name} の値 {found} は、{other} に設定すべきものです。正しい値は {expected} です。",
)


def recognises(case: Case, record: ExpectedRecord, value: str) -> Params | None:
    others = (r.name for r in case.records if r.name != record.name and value in r.values)
    other = next(others, None)
    return None if other is None else {"other": other}


rule = valued("swapped-targets", TITLE, SAYS, recognises)

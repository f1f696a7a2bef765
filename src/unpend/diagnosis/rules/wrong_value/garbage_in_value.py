"""The right value with something around it: quotes, spaces, a scheme, invisible characters, a priority."""

from __future__ import annotations

import re

from unpend.diagnosis.case import Case
from unpend.diagnosis.wrong_value import Params, valued
from unpend.model.expected import ExpectedRecord
from unpend.model.text import Text

TITLE = Text(en="Characters that do not belong there are part of the value", ja="値に余計な文字が入っています")
SAYS = Text(
    en="{name} has the value {found}: the wanted value with characters around it that do not belong there. It has to be {expected} exactly; retype it by hand.",
    ja="{name} の値が {found} になっています。正しい値の前後に余計な文字が入っています。{expected} だけを手で入力し直してください。",
)
GARBAGE = re.compile(r"""\\\d{3}|\\.|["'<>()\s]|https?:/*""")
WORDS = (".cname", ".txt", ".ttl")


def recognises(case: Case, record: ExpectedRecord, value: str) -> Params | None:
    cleaned = GARBAGE.sub("", value.lower())
    if any(
        wanted.rstrip(".") in cleaned and cleaned.rstrip(".") != value.lower().rstrip(".") for wanted in record.values
    ):
        return {}
    return {} if any(wanted.rstrip(".") + word in cleaned for wanted in record.values for word in WORDS) else None


rule = valued("garbage-in-value", TITLE, SAYS, recognises)

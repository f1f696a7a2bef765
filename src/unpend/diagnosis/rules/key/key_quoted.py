"""Quotation marks are part of the key record: they were pasted into a panel that adds its own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from unpend.diagnosis.keys import Spoilt, keyed
from unpend.model.text import Text
from unpend.standards.dkim_flaws import Flaw

TITLE = Text(en="Quotation marks are part of the key record", ja="鍵のレコードに引用符が入っています")
SAYS = Text(
    en="The value at {name} has {count} quotation marks in it ({around}): they were pasted into a panel that adds its own. Enter the value "
    "without any.",
    ja='{name} の値に引用符（"）が {count} 個入っています（{around}）。引用符を自動で付ける管理画面に、引用符ごと貼り付けられました。引用符のない値を登録してください。',
)
AROUND = 12


def told(spoilt: Spoilt) -> Mapping[str, Any]:
    content = spoilt.found[0].text
    at = content.index('"')
    return {"count": content.count('"'), "around": content[max(0, at - AROUND) : at + AROUND]}


rule = keyed(Flaw.QUOTED, TITLE, SAYS, told)

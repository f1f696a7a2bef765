"""Backslashes are part of the key record: somebody escaped for a zone file what the panel takes as it stands."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from unpend.diagnosis.keys import Spoilt, keyed
from unpend.model.text import Text
from unpend.standards.dkim_flaws import Flaw

TITLE = Text(en="Backslashes are part of the key record", ja="鍵のレコードにバックスラッシュが入っています")
SAYS = Text(
    en="The value at {name} has {count} backslashes in it ({around}): it was escaped as in a zone file, and the panel kept them. Enter the "
    "value without any backslash.",
    ja="{name} の値にバックスラッシュが {count} 個入っています（{around}）。ゾーンファイル用のエスケープが、管理画面でそのまま保存されました。バックスラッシュのない値を登録して"
    "ください。",
)
AROUND = 12


def told(spoilt: Spoilt) -> Mapping[str, Any]:
    content = spoilt.found[0].text
    at = content.index("\\")
    return {"count": content.count("\\"), "around": content[max(0, at - AROUND) : at + AROUND]}


rule = keyed(Flaw.ESCAPED, TITLE, SAYS, told)

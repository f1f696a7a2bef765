"""The end of the key is missing: the panel, or a tool, cut the value off (often after 255 characters)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from unpend.diagnosis.keys import Spoilt, keyed
from unpend.model.text import Text
from unpend.standards.dkim import lacking, read
from unpend.standards.dkim_flaws import Flaw

TITLE = Text(en="The key is cut off", ja="鍵が途中で切れています")
SAYS = Text(
    en="The key at {name} is cut off: {length} characters of p= are there, about {missing} are missing at the end. Many panels take at most "
    "255 characters a field: enter the whole value as two or more quoted strings of one record.",
    ja="{name} の鍵が途中で切れています。p= に登録されているのは {length} 文字で、末尾の約 {missing} 文字が欠けています。1 つの入力欄に 255 文字までしか保存できない管理画面が"
    "多いため、値全体を 1 件のレコードの中で複数の引用符付き文字列に分けて登録してください。",
)


def told(spoilt: Spoilt) -> Mapping[str, Any]:
    held, wanted = spoilt.key.material, read(spoilt.wanted)
    missing = len(wanted.material) - len(held) if wanted.is_known else (lacking(held) * 4 + 2) // 3
    return {"length": len(held), "missing": missing}


rule = keyed(Flaw.TRUNCATED, TITLE, SAYS, told)

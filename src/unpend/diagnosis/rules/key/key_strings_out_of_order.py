"""The strings of the record were entered in the wrong order: joined as they stand they are no key."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from unpend.diagnosis.keys import Spoilt, keyed
from unpend.model.records import strings_of
from unpend.model.text import Text
from unpend.standards.dkim_flaws import Flaw

TITLE = Text(en="The parts of the key are in the wrong order", ja="鍵の各部分の順番が違います")
SAYS = Text(
    en="The record at {name} has {count} strings, which make a key only in another order. Verifiers join them as they stand (RFC 6376 "
    "section 3.6.2.2): the part that begins with {first} comes first.",
    ja="{name} のレコードは {count} 個の文字列に分かれていますが、別の順に並べないと鍵になりません。検証側は登録された順に連結します（RFC 6376 第 3.6.2.2 節）。"
    "{first} で始まる部分を先頭にしてください。",
)
BEGINNING = 12


def told(spoilt: Spoilt) -> Mapping[str, Any]:
    strings = strings_of(spoilt.found[0].value)
    first = next((s for s in strings if "=" in s[:BEGINNING]), spoilt.wanted)
    return {"count": len(strings), "first": first[:BEGINNING]}


rule = keyed(Flaw.STRINGS_OUT_OF_ORDER, TITLE, SAYS, told)

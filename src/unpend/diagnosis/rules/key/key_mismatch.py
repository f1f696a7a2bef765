"""A whole key stands there, but another one than the provider wants."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from unpend.diagnosis.keys import Spoilt, keyed, shortened
from unpend.model.text import Text
from unpend.standards.dkim import bits, read
from unpend.standards.dkim_flaws import Flaw

TITLE = Text(en="Another key is published", ja="別の鍵が登録されています")
SAYS = Text(
    en="At {name} stands a whole key, but not the wanted one: it ends in {held} ({size} bits), the wanted one in {wanted} ({wanted_size} "
    "bits). Probably the provider made a new key since; if another service signs with this selector, ask the provider for one of its own.",
    ja="{name} には有効な鍵がありますが、求められている鍵ではありません。登録されている鍵の末尾は {held}（{size} ビット）、求められている鍵の末尾は {wanted}"
    "（{wanted_size} ビット）です。事業者側で鍵が作り直された可能性があります。別のサービスがこのセレクターを使っている場合は、専用のセレクターを事業者に求めてください。",
)


def told(spoilt: Spoilt) -> Mapping[str, Any]:
    wanted = read(spoilt.wanted)
    return {
        "held": shortened(spoilt.key.material),
        "size": bits(spoilt.key),
        "wanted": shortened(wanted.material),
        "wanted_size": bits(wanted),
    }


rule = keyed(Flaw.MISMATCH, TITLE, SAYS, told)

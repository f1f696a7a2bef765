"""The record says that there is no key any more: `p=` is empty (RFC 6376 section 3.6.1)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from unpend.diagnosis.keys import Spoilt, keyed
from unpend.model.text import Text
from unpend.standards.dkim_flaws import Flaw

TITLE = Text(en="The key is revoked", ja="鍵が失効扱いになっています")
SAYS = Text(
    en="The record at {name} ({found}) has an empty p=, which says that the key is revoked: mail signed with it fails. Put the key in.",
    ja="{name} のレコード（{found}）は p= が空で、鍵が失効したことを表しています。この鍵で署名されたメールは検証に失敗します。鍵を登録してください。",
)


def told(spoilt: Spoilt) -> Mapping[str, Any]:
    return {}


rule = keyed(Flaw.REVOKED, TITLE, SAYS, told)

"""The record was cut at a semicolon: what follows is lost, or became a record of its own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from unpend.diagnosis.keys import Spoilt, keyed
from unpend.model.text import Text
from unpend.standards.dkim_flaws import Flaw

TITLE = Text(en="The key record was cut at a semicolon", ja="鍵のレコードがセミコロンで切れています")
SAYS = Text(
    en="At {name} the value was cut at a semicolon: {found} {rest}. In a zone file an unquoted semicolon starts a comment; put the whole "
    "value between quotation marks, in one record.",
    ja="{name} の値がセミコロンの位置で切れています（{found}）。{rest}。ゾーンファイルでは引用符の外のセミコロン以降がコメントになります。値全体を引用符で囲み、1 件の"
    "レコードとして登録してください。",
)
LOST = Text(en="is all that is left, the key is lost", ja="これだけが残り、鍵の部分が失われています")
APART = Text(en="stand there as records of their own", ja="それぞれが別々のレコードになっています")


def told(spoilt: Spoilt) -> Mapping[str, Any]:
    return {"rest": APART if len(spoilt.found) > 1 else LOST}


rule = keyed(Flaw.CUT_AT_SEMICOLON, TITLE, SAYS, told, "multiple-txt-at-selector")

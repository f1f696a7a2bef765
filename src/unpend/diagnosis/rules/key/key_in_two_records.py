"""One key lies in two or more TXT records: a line break between its strings made records of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from unpend.diagnosis.keys import Spoilt, keyed
from unpend.model.text import Text
from unpend.standards.dkim_flaws import Flaw

TITLE = Text(en="One key was entered as several records", ja="1 つの鍵が複数のレコードに分かれています")
SAYS = Text(
    en="At {name} one key is spread over {count} TXT records, none of which is whole. It has to be one record; a long value is split into "
    "quoted strings inside that record, with a space between them and no line break.",
    ja="{name} では 1 つの鍵が {count} 件の TXT レコードに分かれ、どれも不完全です。レコードは 1 件にし、長い値はその 1 件の中で、改行せずに空白で区切った引用符付き文字列に"
    "分けてください。",
)


def told(spoilt: Spoilt) -> Mapping[str, Any]:
    return {"count": len(spoilt.found)}


rule = keyed(Flaw.IN_TWO_RECORDS, TITLE, SAYS, told, "multiple-txt-at-selector")

"""The panel dropped the underscore: `tok.domainkey.example.com`."""

from __future__ import annotations

from collections.abc import Iterator

from unpend.diagnosis.case import Case
from unpend.diagnosis.misplaced import misplaced
from unpend.model.expected import ExpectedRecord
from unpend.model.text import Text

TITLE = Text(en="The underscore is missing from the name", ja="名前のアンダースコアが抜けています")
SAYS = Text(
    en="The record stands at {found}: the underscore was dropped or replaced. It has to stand at {name}.",
    ja="レコードが {found} に登録されており、アンダースコアが抜けているか別の文字に置き換わっています。正しい名前は {name} です。",
)


def slips(case: Case, record: ExpectedRecord) -> Iterator[str]:
    if "_" in record.name:
        yield record.name.replace("_", "")
        yield record.name.replace("_", "-")


rule = misplaced("underscore-stripped", TITLE, SAYS, slips)

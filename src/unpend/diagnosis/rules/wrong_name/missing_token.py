"""Only `_domainkey` was entered: the token in front of it is missing."""

from __future__ import annotations

from collections.abc import Iterator

from unpend.diagnosis.case import Case
from unpend.diagnosis.misplaced import misplaced
from unpend.model.expected import ExpectedRecord
from unpend.model.names import labels, parent, under
from unpend.model.text import Text

TITLE = Text(en="The token in front of _domainkey is missing", ja="_domainkey の前のトークンが抜けています")
SAYS = Text(
    en="The record stands at {found}: the token in front of _domainkey is missing. It has to stand at {name}.",
    ja="レコードが {found} に登録されており、_domainkey の前のトークンが抜けています。正しい名前は {name} です。",
)


def slips(case: Case, record: ExpectedRecord) -> Iterator[str]:
    if labels(record.name)[1:2] == ("_domainkey",):
        yield parent(record.name)
        yield under("_domainkey", case.zone_of(record.name))


rule = misplaced("missing-token", TITLE, SAYS, slips)

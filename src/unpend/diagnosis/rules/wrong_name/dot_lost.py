"""The dot between token and `_domainkey` was lost: `tok_domainkey.example.com`, as some AWS pages print it."""

from __future__ import annotations

from collections.abc import Iterator

from unpend.diagnosis.case import Case
from unpend.diagnosis.misplaced import misplaced
from unpend.model.expected import ExpectedRecord
from unpend.model.text import Text

TITLE = Text(en="The dot in front of _domainkey is missing", ja="_domainkey の前のドットが抜けています")
SAYS = Text(
    en="The record stands at {found}: the dot between the token and _domainkey is missing (some published commands print the name like this). It has to stand at {name}.",
    ja="レコードが {found} に登録されており、トークンと _domainkey の間のドットが抜けています（公開されている手順の中にもこの誤記があります）。正しい名前は {name} です。",
)


def slips(case: Case, record: ExpectedRecord) -> Iterator[str]:
    yield record.name.replace("._domainkey", "_domainkey", 1)
    yield record.name.replace("._domainkey", "domainkey", 1)
    yield record.name.replace("._domainkey", "-domainkey", 1)


rule = misplaced("dot-lost", TITLE, SAYS, slips)

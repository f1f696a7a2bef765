"""The label `_domainkey` was left out: `tok.example.com`."""

from __future__ import annotations

from collections.abc import Iterator

from unpend.diagnosis.case import Case
from unpend.diagnosis.misplaced import misplaced
from unpend.model.expected import ExpectedRecord
from unpend.model.names import labels, under
from unpend.model.text import Text

TITLE = Text(en="The label _domainkey is missing from the name", ja="名前に _domainkey が抜けています")
SAYS = Text(
    en="The record stands at {found}: the part ._domainkey is missing. It has to stand at {name}.",
    ja="レコードが {found} に登録されており、._domainkey の部分が抜けています。正しい名前は {name} です。",
)


def slips(case: Case, record: ExpectedRecord) -> Iterator[str]:
    if "._domainkey." in record.name:
        bare = record.name.replace("._domainkey.", ".", 1)
        yield bare
        yield under(labels(record.name)[0], case.zone_of(record.name))


rule = misplaced("missing-domainkey-label", TITLE, SAYS, slips)

"""The identity is a sub-domain, the record was made for the domain above it."""

from __future__ import annotations

from collections.abc import Iterator

from unpend.diagnosis.case import Case
from unpend.diagnosis.misplaced import misplaced
from unpend.model.expected import ExpectedRecord
from unpend.model.names import parent, relative, under
from unpend.model.text import Text

TITLE = Text(en="The sub-domain is missing from the name", ja="名前にサブドメインが抜けています")
SAYS = Text(
    en="The identity is a sub-domain, but the record stands at {found}, without it. It has to stand at {name}.",
    ja="検証対象はサブドメインですが、レコードはサブドメインの付いていない {found} に登録されています。正しい名前は {name} です。",
)


def slips(case: Case, record: ExpectedRecord) -> Iterator[str]:
    own = relative(record.name, case.domain)
    above = case.domain
    while own != record.name and above != case.zone_of(record.name) and above != case.registrable:
        above = parent(above)
        yield under(own, above)


rule = misplaced("subdomain-dropped", TITLE, SAYS, slips)

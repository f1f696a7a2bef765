"""The value was entered at the domain itself (`@` or an empty host) instead of at the record's own name."""

from __future__ import annotations

from collections.abc import Iterator

from unpend.diagnosis.case import Case
from unpend.diagnosis.misplaced import misplaced
from unpend.model.expected import ExpectedRecord
from unpend.model.text import Text

TITLE = Text(en="The record stands at the domain itself", ja="レコードがドメイン直下に登録されています")
SAYS = Text(
    en="The content of {name} was entered at {found} itself: the host field was left empty, or holds @ or the bare domain.",
    ja="{name} に登録すべき内容が {found} そのものに登録されています。ホスト名の欄が空欄か @、またはドメイン名だけになっています。",
)


def slips(case: Case, record: ExpectedRecord) -> Iterator[str]:
    yield case.domain
    yield case.zone_of(record.name)


rule = misplaced("apex-host", TITLE, SAYS, slips)

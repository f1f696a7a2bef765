"""The record was made for `www.` in front of the domain."""

from __future__ import annotations

from collections.abc import Iterator

from unpend.diagnosis.case import Case
from unpend.diagnosis.misplaced import misplaced
from unpend.model.expected import ExpectedRecord
from unpend.model.names import relative
from unpend.model.text import Text

TITLE = Text(en="The record was made for www", ja="レコードが www 用に登録されています")
SAYS = Text(
    en="The record stands at {found}, for the host www. The identity is the domain without www: it has to stand at {name}.",
    ja="レコードが www の付いた {found} に登録されています。検証対象は www の付かないドメインなので、正しい名前は {name} です。",
)


def slips(case: Case, record: ExpectedRecord) -> Iterator[str]:
    own = relative(record.name, case.domain)
    if own not in {"@", record.name}:
        yield f"{own}.www.{case.domain}"
        yield f"www.{record.name}"
        if case.domain.startswith("www."):
            yield f"{own}.{case.domain.removeprefix('www.')}"


rule = misplaced("www-host", TITLE, SAYS, slips)

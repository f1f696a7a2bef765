"""A label of the sub-domain stands twice in the name: `send.sub.sub.example.com`."""

from __future__ import annotations

from collections.abc import Iterator

from unpend.diagnosis.case import Case
from unpend.diagnosis.misplaced import misplaced
from unpend.model.expected import ExpectedRecord
from unpend.model.names import labels, relative
from unpend.model.text import Text

TITLE = Text(en="The sub-domain stands twice in the name", ja="名前にサブドメインが二重に付いています")
SAYS = Text(
    en="The record stands at {found}: the sub-domain was entered although the zone or the panel already adds it. It has to stand at {name}.",
    ja="レコードが {found} に登録されています。ゾーンや管理画面が付け足すサブドメインを、さらに入力したためです。正しい名前は {name} です。",
)


def slips(case: Case, record: ExpectedRecord) -> Iterator[str]:
    own = relative(record.name, case.domain)
    extra = relative(case.domain, case.registrable)
    if own not in {"@", record.name} and extra not in {"@", case.domain}:
        yield f"{own}.{extra}.{case.domain}"
        yield f"{own}.{labels(extra)[0]}.{case.domain}"


rule = misplaced("subdomain-extra", TITLE, SAYS, slips)

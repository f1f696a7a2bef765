"""The panel put the zone behind a name that was already full: `tok._domainkey.example.com.example.com`."""

from __future__ import annotations

from collections.abc import Iterator

from unpend.diagnosis.case import Case
from unpend.diagnosis.misplaced import misplaced
from unpend.model.expected import ExpectedRecord
from unpend.model.text import Text

TITLE = Text(en="The zone stands twice in the record's name", ja="レコード名にゾーン名が二重に付いています")
SAYS = Text(
    en="The record is published at {found}: the DNS panel put the zone behind a name that was already complete. "
    "It has to stand at {name}.",
    ja="レコードが {found} に登録されています。完全な名前を入力したところに、DNS の管理画面がさらにゾーン名を付け足した"
    "ためです。正しい名前は {name} です。",
)


def slips(case: Case, record: ExpectedRecord) -> Iterator[str]:
    zone = case.zone_of(record.name)
    yield record.name + zone
    yield record.name + case.domain


rule = misplaced("doubled-zone", TITLE, SAYS, slips)

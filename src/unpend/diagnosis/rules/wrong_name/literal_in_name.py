"""A character of the instructions became part of the name: `@`, `*`, a scheme, a space, quotes."""

from __future__ import annotations

from collections.abc import Iterator

from unpend.diagnosis.case import Case
from unpend.diagnosis.misplaced import misplaced
from unpend.model.expected import ExpectedRecord
from unpend.model.names import relative
from unpend.model.text import Text

TITLE = Text(en="A character that does not belong there is part of the name", ja="名前に余計な文字が入っています")
SAYS = Text(
    en="The record stands at {found}: a character of the form or the instructions became part of the name. It has to stand at {name}.",
    ja="レコードが {found} に登録されています。入力欄や手順の記号が名前の一部になってしまっています。正しい名前は {name} です。",
)

LITERALS = (
    ("\\@.", ""),
    ("*.", ""),
    ("http://", ""),
    ("https://", ""),
    ("\\032", ""),
    ("", "\\032"),
    ("\\009", ""),
    ('\\"', '\\"'),
    ("'", "'"),
    ("", ".\\@"),
    ("\\194\\160", ""),
    ("\\226\\128\\139", ""),
)


def slips(case: Case, record: ExpectedRecord) -> Iterator[str]:
    own, zone = relative(record.name, case.zone_of(record.name)), case.zone_of(record.name)
    for before, after in LITERALS:
        yield f"{before}{own}{after}.{zone}"


rule = misplaced("literal-in-name", TITLE, SAYS, slips)

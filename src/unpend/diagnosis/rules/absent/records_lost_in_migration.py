"""The domain moved to another DNS host, and the record was left behind at the old one, which still serves it."""

from __future__ import annotations

from collections.abc import Iterator

from unpend.diagnosis.case import Case
from unpend.diagnosis.elsewhere import EXPLAINS, place_finding, places
from unpend.diagnosis.rule import Rule
from unpend.model.finding import Finding
from unpend.model.text import Text

TITLE = Text(en="The record was left behind in a move", ja="DNS の移転時にレコードが引き継がれていません")
SAYS = Text(
    en="{zone} moved from {there} to {here}. {name} still stands at the old host ({server}), but was not taken along: importers cannot "
    "guess the names under _domainkey.",
    ja="{zone} は {there} から {here} へ移転されています。{name} は旧ホスト（{server}）に残っていますが、新しいホストに引き継がれていません。自動取り込みでは "
    "_domainkey 配下の名前を推測できないためです。",
)


def finds(case: Case) -> Iterator[Finding]:
    for place in places(case, "records-lost-in-migration"):
        yield place_finding(case, rule, SAYS, place, ())


rule = Rule("records-lost-in-migration", "absent", TITLE, finds, explains=(*EXPLAINS, "old-value-cached"))

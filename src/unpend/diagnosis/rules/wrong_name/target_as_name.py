"""Name and value were swapped: the provider's target was entered as the host."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from unpend.diagnosis.ask import Ask, one
from unpend.diagnosis.case import Case
from unpend.diagnosis.rule import Rule
from unpend.model.finding import Finding
from unpend.model.plan import Remove
from unpend.model.text import Text

TITLE = Text(en="Name and value are swapped", ja="名前と値が入れ替わっています")
SAYS = Text(
    en="A {type} record stands at {found}: the provider's target was entered as the name. It has to stand at {name}, with the target as "
    "its value.",
    ja="{type} レコードが {found} に登録されています。事業者の参照先が名前の欄に入力されたためです。名前は {name}、値は参照先にしてください。",
)


def places(case: Case) -> Iterator[tuple[str, str, str]]:
    """(wanted name, type, where its target stands as an owner)."""
    for record in case.records:
        zone = case.zone_of(record.name)
        if zone and record.type == "CNAME" and case.not_there(record):
            targets = record.values if record.known else ()
            yield from ((record.name, record.type, target + zone) for target in targets)


def asks(case: Case) -> Iterable[Ask]:
    for name, type_, found in places(case):
        yield one(found, type_, case.zone_of(name))
        yield one(case.sibling(found), type_, case.zone_of(name))


def finds(case: Case) -> Iterator[Finding]:
    for name, type_, found in places(case):
        zone = case.zone_of(name)
        heard = [e for e in case.heard(found, type_, zone) if e.records(type_)]
        if heard and not case.from_wildcard(found, type_):
            gone = Remove(zone, found, type_, heard[0].values(type_))
            yield rule.finding(name, SAYS, [*heard, *case.heard(name, type_)], fix=[gone], found=found, type=type_)


rule = Rule("target-as-name", "wrong-name", TITLE, finds, asks, explains=("record-missing", "stale-names"))

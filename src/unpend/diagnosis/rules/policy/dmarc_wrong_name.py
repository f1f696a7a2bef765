"""A DMARC record that stands where nobody looks: at the domain itself, at `dmarc.`, with the zone twice."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from unpend.diagnosis.ask import Ask, one
from unpend.diagnosis.case import Case
from unpend.diagnosis.dmarc_view import own
from unpend.diagnosis.policy import dmarc_wanted, severity_of
from unpend.diagnosis.rule import Rule
from unpend.diagnosis.wildcards import one_beside
from unpend.model.finding import Finding
from unpend.model.names import is_under, under
from unpend.model.plan import Remove
from unpend.model.text import Text
from unpend.standards.dmarc import dmarc_name, dmarc_records

TITLE = Text(en="The DMARC record stands at a wrong name", ja="DMARC レコードの名前が違います")
SAYS = Text(
    en="A DMARC record stands at {found}, where no receiver looks. It has to stand at {name}.",
    ja="DMARC レコードが {found} に登録されていますが、受信側はそこを参照しません。正しい名前は {name} です。",
)


def places(case: Case) -> tuple[str, ...]:
    """Where known slips put it; asked only where nothing stands at the right name."""
    view = own(case)
    if view is None or view.records:
        return ()
    name, zone = dmarc_name(case.domain), case.zone_of(case.domain)
    found = [
        *(case.domain, under("dmarc", case.domain), under("_dmarc.www", case.domain)),
        *(name + zone, name + case.domain, under("_dmarc._domainkey", case.domain), under("_dmarc", name)),
    ]
    return tuple(dict.fromkeys(each for each in found if zone and is_under(each, zone) and len(each) < 255))


def asks(case: Case) -> Iterator[Ask]:
    for name in places(case):
        yield one(name, "TXT", case.zone_of(case.domain))
        yield from one_beside(case, name, "TXT", case.zone_of(case.domain))


def finds(case: Case) -> Iterator[Finding]:
    wanted = dmarc_wanted(case)
    for name in places(case):
        zone = case.zone_of(case.domain)
        heard = [e for e in case.heard(name, "TXT", zone) if dmarc_records(e.values("TXT"))]
        known = wanted is not None and case.copies(wanted, name) and name.startswith(wanted.name)
        if heard and not known and not case.from_wildcard(name, "TXT"):
            record = dmarc_records(heard[0].values("TXT"))
            proof = (*heard, *case.heard(dmarc_name(case.domain), "TXT"))
            told: dict[str, Any] = {"found": name, "content": record[0]}
            gone = Remove(zone, name, "TXT", record)
            severity = severity_of(case, wanted)
            yield rule.finding(dmarc_name(case.domain), SAYS, proof, severity=severity, fix=[gone], **told)


rule = Rule(
    "dmarc-wrong-name", "policy", TITLE, finds, asks, explains=("record-missing", "dmarc-missing"), reaches_below=False
)

"""A CNAME stands at the domain itself: its mail, SPF and even SOA and NS follow the target."""

from __future__ import annotations

from collections.abc import Iterator

from unpend.diagnosis.case import Case
from unpend.diagnosis.rule import Rule
from unpend.model.finding import Finding, Severity
from unpend.model.plan import Remove
from unpend.model.records import Exchange
from unpend.model.text import Text

TITLE = Text(en="A CNAME at the domain itself", ja="ドメイン直下に CNAME があります")
SAYS = Text(
    en="At {owner} stands a CNAME ({found}). A zone's apex has SOA and NS records, which a CNAME excludes: resolvers may follow it for "
    "everything, mail and SPF too.",
    ja="{owner} に CNAME（{found}）があります。ゾーンの頂点には SOA と NS があり、CNAME とは共存できません。リゾルバーがメールや SPF を含むすべてを転送先に問い"
    "合わせることがあります。",
)


def at_apex(case: Case) -> tuple[Exchange, ...]:
    """Any authoritative answer that shows a CNAME at the apex of the zone or at the domain."""
    apexes = {case.zone, case.domain} - {""}
    heard = (
        e
        for name in sorted(apexes)
        for type_ in ("SOA", "NS", "CNAME", "MX", "TXT", "A")
        for e in case.heard(name, type_)
    )
    return tuple(e for e in heard if any(r.type == "CNAME" and r.name in apexes for r in e.answer))


def finds(case: Case) -> Iterator[Finding]:
    heard = at_apex(case)
    if not heard:
        return
    cname = next(r for e in heard for r in e.answer if r.type == "CNAME")
    wanted_here = [r.name for r in case.expected.required if r.name == cname.name and not case.right(r)]
    hides = [r.name for r in case.expected.required if not case.right(r) and not case.sights(r)]
    severity = Severity.ERROR if wanted_here or hides else Severity.WARNING
    gone = [Remove(case.zone, cname.name, "CNAME", (cname.value,))] if severity is Severity.ERROR else []
    about = wanted_here or [case.zone or case.domain]
    yield rule.finding(about, SAYS, heard, severity=severity, fix=gone, owner=cname.name, found=cname.value)


rule = Rule("cname-at-apex", "conflict", TITLE, finds, explains=("wrong-type",))

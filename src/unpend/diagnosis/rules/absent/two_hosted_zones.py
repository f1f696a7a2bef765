"""Two zones of one name at one host: the record is in the one that the domain is not delegated to.

DNS shows it where the other zone's servers are known (the zone's own NS set, `--also-ask`); else the account does.
"""

from __future__ import annotations

from collections.abc import Iterator

from unpend.diagnosis.case import Case
from unpend.diagnosis.compare import holds
from unpend.diagnosis.elsewhere import EXPLAINS, brand, nameservers_there, place_finding, places, unplaced
from unpend.diagnosis.rule import Rule
from unpend.model.expected import ExpectedRecord
from unpend.model.finding import Finding, Severity
from unpend.model.observation import HostedZone, ZoneCut
from unpend.model.plan import Errand, Where
from unpend.model.text import Text

TITLE = Text(en="Two zones of the same name exist at the host", ja="同じ名前のゾーンが 2 つあります")
SAYS = Text(
    en="{there} has two zones named {zone}. {name} is in the one of {server}, but {zone} is delegated to the other one's servers.",
    ja="{there} に {zone} という名前のゾーンが 2 つあります。{name} は {server} のゾーンに登録されていますが、{zone} はもう一方のゾーンのサーバーに委任されています。",
)
IN_ACCOUNT = Text(
    en="The account has a zone {zone} ({id}) that holds {name}, but {zone} is delegated to {here}: another zone of the same name.",
    ja="アカウント内のゾーン {zone}（{id}）に {name} がありますが、{zone} の委任先 {here} は同じ名前の別のゾーンです。",
)
CURE = Text(
    en="Or delegate {zone} to the other zone's servers ({servers}) at the registrar, after copying everything into it. Then delete the zone "
    "that is not in use.",
    ja="または、全レコードを写したうえで、レジストラで {zone} の委任先をもう一方のゾーンのサーバー（{servers}）に変更してください。使わないゾーンは最後に削除します。",
)


def finds(case: Case) -> Iterator[Finding]:
    shown = set()
    for place in places(case, "two-hosted-zones"):
        shown.add(place.record.name)
        servers = nameservers_there(case, place) or (place.server,)
        yield place_finding(case, rule, SAYS, place, (cure(place.cut, servers),))
    for record, cut in unplaced(case):
        twin = in_account(case, record, cut)
        if twin is not None and record.name not in shown:
            yield rule.finding(
                record.name,
                IN_ACCOUNT,
                case.heard(record.name, record.type),
                severity=Severity.ERROR if record.required else Severity.WARNING,
                fix=[cure(cut, twin.nameservers)],
                zone=cut.zone,
                id=twin.id or "-",
                here=brand(ns.name for ns in cut.nameservers),
            )


def cure(cut: ZoneCut, servers: tuple[str, ...]) -> Errand:
    told = CURE.fill(zone=cut.zone, servers=servers)
    return Errand(Where.REGISTRAR, "set-nameservers", cut.zone, servers, told)


def in_account(case: Case, record: ExpectedRecord, cut: ZoneCut) -> HostedZone | None:
    """A public zone of this name in the account, with other servers than the delegated ones, that holds the record."""
    delegated = {ns.name for ns in cut.nameservers}
    for zone in case.observation.hosted_zones:
        held = tuple(r for r in zone.records if (r.name, r.type) == (record.name, record.type))
        other = zone.name == cut.zone and not zone.private and not delegated & set(zone.nameservers)
        if other and held and holds(record, held):
            return zone
    return None


rule = Rule("two-hosted-zones", "absent", TITLE, finds, explains=EXPLAINS)

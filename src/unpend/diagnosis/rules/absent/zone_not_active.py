"""The zone exists at the delegated host, but the host does not serve it yet: pending, paused, unpaid."""

from __future__ import annotations

from collections.abc import Iterator

from unpend.catalog import host_of
from unpend.diagnosis.case import Case
from unpend.diagnosis.rule import Rule
from unpend.model.finding import Confidence, Finding
from unpend.model.observation import ZoneCut
from unpend.model.plan import Errand, Where
from unpend.model.records import Exchange, Outcome
from unpend.model.text import Text

TITLE = Text(en="The zone is not active at the DNS host", ja="DNS サービスでゾーンが有効になっていません")
SAYS = Text(
    en="{zone} is delegated to {host}, but all of its servers refuse to answer for it: the zone is pending, paused or unpaid there, or was "
    "deleted.",
    ja="{zone} は {host} に委任されていますが、どのサーバーも応答を拒否しています。ゾーンが保留中・一時停止・未払いの状態か、削除されています。",
)
CURE = Text(
    en="In the panel of {host}, open {zone}, see what its status says and activate it (have the name servers checked again, resume it, pay). "
    "If the zone is not there, create it and enter the records.",
    ja="{host} の管理画面で {zone} の状態を確認し、有効にしてください（ネームサーバーの再確認、一時停止の解除、支払いなど）。ゾーンがなければ作成し、レコードを登録して"
    "ください。",
)


def finds(case: Case) -> Iterator[Finding]:
    for cut in case.zones:
        host = host_of(ns.name for ns in cut.nameservers)
        said = refused(case, cut)
        if host is None or not said or not (host.activates or in_account(case, cut)):
            continue
        cure = Errand(Where.DNS_HOST, "activate-zone", cut.zone, (), CURE.fill(zone=cut.zone, host=host.name))
        confidence = Confidence.CERTAIN if in_account(case, cut) else Confidence.LIKELY
        yield rule.finding(cut.zone, SAYS, said, confidence=confidence, fix=[cure], zone=cut.zone, host=host.name)


def refused(case: Case, cut: ZoneCut) -> list[Exchange]:
    """The refusals, if every delegated server refuses."""
    said = case.said(cut.zone, "SOA", cut.zone)
    names = {e.server.name for e in said if e.outcome is Outcome.REFUSED}
    everywhere = bool(names) and names == {e.server.name for e in said} and len(names) == len(cut.nameservers)
    return list(said) if everywhere else []


def in_account(case: Case, cut: ZoneCut) -> bool:
    """Whether the account shows the zone with just these servers."""
    delegated = {ns.name for ns in cut.nameservers}
    zones = case.observation.hosted_zones
    return any(z.name == cut.zone and not z.private and delegated & set(z.nameservers) for z in zones)


rule = Rule("zone-not-active", "absent", TITLE, finds, explains=("lame-delegation", "rate-limited", "record-missing"))

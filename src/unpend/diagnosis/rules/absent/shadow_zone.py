"""One brand, two sets of name servers: the panel writes to the set that the domain is not delegated to."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from unpend.catalog import host_of
from unpend.diagnosis.case import Case
from unpend.diagnosis.elsewhere import EXPLAINS, Place, nameservers_there, place_finding, places, unplaced
from unpend.diagnosis.rule import Rule
from unpend.model.finding import Confidence, Finding
from unpend.model.plan import Errand, Where
from unpend.model.text import Text

TITLE = Text(
    en="The panel writes to the host's other name servers", ja="管理画面の登録先と委任先のネームサーバーが異なります"
)
SAYS = Text(
    en="{name} stands at {server}, to which the panel of {here} writes, but {zone} is delegated to the same brand's other servers.",
    ja="{name} は、{here} の管理画面の登録先である {server} にはありますが、{zone} は同じ {here} の別のネームサーバーに委任されています。",
)
UNWRITABLE = Text(
    en="{zone} is delegated to {servers}, the first name servers of {host}: records entered in its panel are served by others ({live}).",
    ja="{zone} は {host} の初期ネームサーバー {servers} に委任されています。管理画面で登録したレコードは別のサーバー（{live}）から返されます。",
)
CURE = Text(
    en="At {host}, change the name servers of {zone} to {live}. Before that, enter there whatever the domain's web site and mail need: "
    "what lives on the current servers is not taken along.",
    ja="{host} で {zone} のネームサーバーを {live} に変更してください。現在のサーバーの内容は引き継がれないため、Web サイトやメールに必要なレコードを先に登録しておいて"
    "ください。",
)


def finds(case: Case) -> Iterator[Finding]:
    found = list(places(case, "shadow-zone"))
    for place in found:
        yield place_finding(case, rule, SAYS, place, (cure(place, nameservers_there(case, place)),))
    if not found:
        yield from unwritable(case)


def cure(place: Place, there: tuple[str, ...]) -> Errand:
    host = host_of((place.server,))
    live = (host.live_nameservers if host else ()) or there or (place.server,)
    told = CURE.fill(zone=place.cut.zone, host=place.here, live=live)
    return Errand(Where.REGISTRAR, "set-nameservers", place.cut.zone, live, told)


def unwritable(case: Case) -> Iterator[Finding]:
    """Nothing was found anywhere, but neither could anything be entered at these servers."""
    for record, cut in unplaced(case):
        names = tuple(ns.name for ns in cut.nameservers)
        host = host_of(names)
        if record.required and host and names and set(names) <= set(host.default_nameservers):
            live = host.live_nameservers
            words: dict[str, Any] = {"zone": cut.zone, "host": host.name, "live": live}
            errand = Errand(Where.REGISTRAR, "set-nameservers", cut.zone, live, CURE.fill(**words))
            heard = case.heard(record.name, record.type)
            likely = Confidence.LIKELY
            yield rule.finding(record.name, UNWRITABLE, heard, confidence=likely, fix=[errand], servers=names, **words)


rule = Rule("shadow-zone", "absent", TITLE, finds, explains=EXPLAINS)

"""The primary has the record, in a newer version of the zone or in the file, but no public server has fetched it."""

from __future__ import annotations

from collections.abc import Iterator

from unpend.catalog import host_of
from unpend.diagnosis.ask import Ask, Whom
from unpend.diagnosis.case import Case
from unpend.diagnosis.compare import Sight, sight_of
from unpend.diagnosis.rule import Rule
from unpend.diagnosis.soa import soa_primary, soa_serial
from unpend.model.finding import Finding
from unpend.model.plan import Errand, Where
from unpend.model.records import Question
from unpend.model.text import Text

TITLE = Text(
    en="The primary's version never reached the public servers", ja="プライマリーの内容が公開サーバーに届いていません"
)
SAYS = Text(
    en="{primary}, the zone's primary, holds {name} (serial {newer}), but the public name servers still serve serial {older}: the zone was "
    "not reloaded there, its serial was not raised, or the transfer fails.",
    ja="ゾーンのプライマリー {primary} には {name} があります（シリアル {newer}）が、公開ネームサーバーはシリアル {older} のままです。再読み込みされていない、シリアルが"
    "増えていない、または転送に失敗しています。",
)
CURE = Text(
    en="On {primary}: raise the SOA serial of {zone}, reload the zone and send NOTIFY; then check on each secondary that the transfer works.",
    ja="{primary} で {zone} の SOA シリアルを上げ、ゾーンを再読み込みして NOTIFY を送り、各セカンダリーで転送が成功することを確認してください。",
)


def hidden_primaries(case: Case) -> set[str]:
    """Primaries that the SOA names but the delegation does not; large DNS hosts name some, but nobody can ask them."""
    cut = case.cut
    if cut is None or host_of(ns.name for ns in cut.nameservers) is not None:
        return set()
    named = {soa_primary(soa) for s in case.servers(case.zone) if (soa := case.soa(s))}
    return named - {ns.name for ns in cut.nameservers}


def asks(case: Case) -> Iterator[Ask]:
    missing = [r for r in case.records if case.heard(r.name, r.type) and not case.right(r)]
    for host in sorted(hidden_primaries(case)) if missing else ():
        yield Ask(Question(case.zone, "SOA"), Whom.HOST, zone=case.zone, host=host)
        yield from (Ask(Question(r.name, r.type), Whom.HOST, zone=case.zone, host=host) for r in missing)


def finds(case: Case) -> Iterator[Finding]:
    primaries = {soa_primary(soa) for s in case.servers(case.zone) if (soa := case.soa(s))}
    public = [soa_serial(soa) for s in case.live_servers(case.zone) if (soa := case.soa(s))]
    for record in case.records:
        if not case.heard(record.name, record.type) or any(s is Sight.RIGHT for _, s in case.sights(record)):
            continue
        for exchange in case.at_hosts(record.name, record.type):
            host = exchange.server.name
            if host in primaries and sight_of(record, exchange) is Sight.RIGHT:
                soas = [e for e in case.at_hosts(case.zone, "SOA") if e.server == exchange.server]
                newer = [soa_serial(r) for e in soas for r in e.records("SOA")]
                cure = Errand(Where.DNS_HOST, "reload-zone", case.zone, (), CURE.fill(primary=host, zone=case.zone))
                yield rule.finding(
                    record.name,
                    SAYS,
                    (exchange, *soas, *case.heard(record.name, record.type)),
                    fix=[cure],
                    primary=host,
                    newer=newer[0] if newer else "?",
                    older=max(public, default=0),
                )


EXPLAINS = ("record-missing", "wrong-target", "wrong-dns-host", "records-lost-in-migration", "stale-names")
rule = Rule("zone-not-reloaded", "propagation", TITLE, finds, asks, explains=EXPLAINS)

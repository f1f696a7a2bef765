"""One server gives different answers to different people, or at different moments: weights, locations, views.

Told from caches and lagging secondaries: the servers hold one and the same version of the zone, and either one server
contradicts itself, or every resolver has just fetched what we are not shown (its TTL has not begun to count down).
"""

from __future__ import annotations

from collections.abc import Iterator

from unpend.diagnosis.ask import Ask, Whom
from unpend.diagnosis.case import Case
from unpend.diagnosis.compare import Sight, sight_of
from unpend.diagnosis.operators import published_nameservers
from unpend.diagnosis.reach import is_fresh
from unpend.diagnosis.rule import Rule
from unpend.model.expected import ExpectedRecord
from unpend.model.finding import Confidence, Finding, Severity
from unpend.model.plan import Errand, Where
from unpend.model.records import Exchange, Question, Role, Server, Via
from unpend.model.text import Text

TITLE = Text(en="The answer depends on who asks", ja="問い合わせ元によって答えが変わります")
VARIES = Text(
    en="{servers} do not always give the same answer for {name}: sometimes the record is right, sometimes not. The "
    "answers seem to be weighted or chosen by location.",
    ja="{servers} は {name} について毎回同じ答えを返しません。正しいときとそうでないときがあります。応答が重み付けや"
    "場所によって振り分けられているようです。",
)
ELSEWHERE = Text(
    en="Resolvers elsewhere have just fetched the right record for {name}, but the zone's own servers do not show it "
    "to us: the answers seem to be chosen by location or by who asks.",
    ja="ほかの場所のリゾルバーは {name} の正しいレコードを取得したばかりですが、ゾーンのサーバーはこちらには返しませ"
    "ん。場所や問い合わせ元によって応答が振り分けられているようです。",
)
CURE = Text(
    en="In the panel of the DNS host of {zone}, give {name} one plain record for everybody: no weights, no "
    "locations, no views; or add the record to the default location as well.",
    ja="{zone} の DNS サービスの管理画面で、{name} を重み付けや地域別の設定のない通常のレコードにするか、既定の地域に"
    "も同じレコードを追加してください。",
)


def versions(case: Case, zone: str) -> int:
    """How many versions of the zone its servers hold."""
    return len({soa.value for s in case.live_servers(zone) if (soa := case.soa(s))})


def doubtful(case: Case, record: ExpectedRecord) -> bool:
    """Whether servers of one version contradict one another or the resolvers."""
    zone = case.zone_of(record.name)
    sights = {sight for _, sight in case.sights(record)}
    if not sights or versions(case, zone) != 1:
        return False
    return len(sights) > 1 or bool(Sight.RIGHT not in sights and seen_elsewhere(case, record))


def seen_elsewhere(case: Case, record: ExpectedRecord) -> tuple[Exchange, ...]:
    """The resolvers' right and fresh answers, if there are two resolvers at least and they all have them."""
    seen = [e for e in case.at_resolvers(record.name, record.type) if e.outcome.conclusive]
    fresh = [e for e in seen if sight_of(record, e) is Sight.RIGHT and is_fresh(e)]
    return tuple(fresh) if len(fresh) > 1 and len(fresh) == len(seen) else ()


def asks(case: Case) -> Iterator[Ask]:
    for record in case.records:
        if doubtful(case, record):
            zone = case.zone_of(record.name)
            question = Question(record.name, record.type)
            yield Ask(Question(zone, "NS"), Whom.RESOLVERS)
            for server in case.live_servers(zone)[:2]:
                yield from (Ask(question, Whom.SERVER, server=server, via=via) for via in (Via.UDP, Via.TCP))


def finds(case: Case) -> Iterator[Finding]:
    for record in case.records:
        if versions(case, case.zone_of(record.name)) != 1:
            continue
        varying = [e for s in case.servers(case.zone_of(record.name)) for e in varied(case, record, s)]
        if varying:
            yield found(case, record, VARIES, varying)
        elif doubtful(case, record) and (fresh := seen_elsewhere(case, record)) and same_servers(case, record):
            yield found(case, record, ELSEWHERE, [*fresh, *case.heard(record.name, record.type)])


def varied(case: Case, record: ExpectedRecord, server: Server) -> list[Exchange]:
    """A server's contradictory answers to one question, one of them right."""
    asked = case.exchanges(record.name, record.type, role=Role.AUTHORITATIVE)
    told = [e for e in asked if e.server == server and case.speaks(e) and e.probe.mixed_case]
    sights = {sight_of(record, e) for e in told}
    return told if Sight.RIGHT in sights and len(sights) > 1 else []


def same_servers(case: Case, record: ExpectedRecord) -> bool:
    """Whether the resolvers ask the same servers as we do, as far as they tell; else it is an old delegation."""
    cut = case.cut_of(record.name)
    if cut is None:
        return False
    current = {ns.name for ns in cut.nameservers} | set(published_nameservers(case, cut))
    believed = {v for e in case.at_resolvers(cut.zone, "NS") for v in e.values("NS")}
    return bool(believed) and believed <= current


def found(case: Case, record: ExpectedRecord, says: Text, evidence: list[Exchange]) -> Finding:
    zone = case.zone_of(record.name)
    servers = tuple(sorted({e.server.name for e in evidence if e.server.role is Role.AUTHORITATIVE}))
    cure = Errand(Where.DNS_HOST, "fix-servers", zone, (), CURE.fill(zone=zone, name=record.name))
    return rule.finding(
        record.name,
        says,
        evidence,
        severity=Severity.ERROR if record.required else Severity.WARNING,
        confidence=Confidence.LIKELY,
        fix=[cure],
        zone=zone,
        servers=servers,
    )


EXPLAINS = ("record-missing", "wrong-target", "wrong-type", "negative-cached", "old-value-cached")
rule = Rule("answers-differ-by-place", "transport", TITLE, finds, asks, explains=EXPLAINS)

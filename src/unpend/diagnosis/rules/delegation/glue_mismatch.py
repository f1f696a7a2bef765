"""The registry holds another address for a name server than the server's own zone gives (RFC 1912 section 2.3)."""

from __future__ import annotations

from collections.abc import Iterator

from unpend.diagnosis.ask import Ask, Whom
from unpend.diagnosis.case import Case
from unpend.diagnosis.compare import Sight
from unpend.diagnosis.registry import proof_of, users_cuts
from unpend.diagnosis.rule import Rule
from unpend.model.finding import Finding, Severity
from unpend.model.names import is_under
from unpend.model.observation import NameServer, ZoneCut
from unpend.model.plan import Errand, Where
from unpend.model.records import Exchange, Question, Role
from unpend.model.text import Text

TITLE = Text(en="The registry holds a wrong address for a name server", ja="ネームサーバーの登録アドレスが違います")
SAYS = Text(
    en="The registry gives {glue} as the address of {server}, the server's own zone says {own}: whoever follows the "
    "registry asks the wrong machine about {zone}.",
    ja="レジストリは {server} のアドレスを {glue} としていますが、ネームサーバー自身のゾーンでは {own} です。レジスト"
    "リに従ってたどると、{zone} について別のマシンに問い合わせてしまいます。",
)
CURE = Text(
    en="At the registrar where {server} is registered as a host, change its address from {glue} to {own}.",
    ja="{server} をホストとして登録しているレジストラで、アドレスを {glue} から {own} に変更してください。",
)


def troubled(case: Case, cut: ZoneCut) -> bool:
    """Whether a server of the zone is silent, lame or holds something else than the others; else nobody need ask."""
    if set(case.servers(cut.zone)) != set(case.live_servers(cut.zone)):
        return True
    serials = {soa.value for s in case.servers(cut.zone) if (soa := case.soa(s))}
    return len(serials) > 1 or any(len({sight for _, sight in case.sights(r)}) > 1 for r in case.records)


def asks(case: Case) -> Iterator[Ask]:
    for cut in users_cuts(case):
        for ns in cut.nameservers if troubled(case, cut) else ():
            question = Question(ns.name, "A")
            if not ns.glue:
                continue
            if not is_under(ns.name, cut.zone):
                yield Ask(question, Whom.WALK)
                continue
            for server in case.live_servers(cut.zone):
                yield Ask(question, Whom.SERVER, server=server)


def own_addresses(case: Case, ns: NameServer) -> tuple[Exchange, ...]:
    """What the zone that holds the server's name says; other servers' word counts more than the doubtful one's."""
    told = [e for e in case.exchanges(ns.name, "A", role=Role.AUTHORITATIVE) if case.speaks(e) and e.values("A")]
    return tuple([e for e in told if e.server.name != ns.name] or told)


def finds(case: Case) -> Iterator[Finding]:
    for cut in users_cuts(case):
        for ns in cut.nameservers if troubled(case, cut) else ():
            told = own_addresses(case, ns)
            own = tuple(sorted({v for e in told for v in e.values("A")}))
            wrong = tuple(a for a in ns.glue if ":" not in a and a not in own)
            if own and wrong:
                yield found(case, cut, ns, wrong, own, told)


def found(
    case: Case, cut: ZoneCut, ns: NameServer, wrong: tuple[str, ...], own: tuple[str, ...], told: tuple[Exchange, ...]
) -> Finding:
    there = [e for s in case.servers(cut.zone) if s.address in wrong for e in case.with_server(s)]
    misled = misleads(case, wrong) or not case.live_servers(cut.zone)
    cure = Errand(Where.REGISTRAR, "fix-delegation", cut.zone, own, CURE.fill(server=ns.name, glue=wrong, own=own))
    return rule.finding(
        cut.zone,
        SAYS,
        [*told, *there[:4], *proof_of(case, cut)],
        severity=Severity.ERROR if misled else Severity.WARNING,
        fix=[cure],
        zone=cut.zone,
        server=ns.name,
        glue=wrong,
        own=own,
    )


def misleads(case: Case, wrong: tuple[str, ...]) -> bool:
    """Whether the machine at the wrong address answers and lacks a record that the others hold."""
    for record in case.expected.required:
        seen = case.sights(record)
        right = any(sight is Sight.RIGHT and e.server.address not in wrong for e, sight in seen)
        if right and any(sight is not Sight.RIGHT and e.server.address in wrong for e, sight in seen):
            return True
    return False


EXPLAINS = ("nameserver-unreachable", "lame-delegation", "secondary-lag", "mixed-nameserver-sets")
rule = Rule("glue-mismatch", "delegation", TITLE, finds, asks, explains=EXPLAINS)

"""Two hosts serve the domain side by side, and only one holds the record: the answer depends on whom one asks.

Told from a lagging secondary by the SOA: servers of one zone name one primary (MNAME), two zones name two. Hosts on
which every server calls itself primary are one zone still, as they publish one and the same NS set.
"""

from __future__ import annotations

from collections.abc import Iterator

from unpend.diagnosis.ask import Ask, Whom
from unpend.diagnosis.case import Case
from unpend.diagnosis.compare import Sight, sight_of
from unpend.diagnosis.operators import Operator, extra_nameservers, operators, published_nameservers
from unpend.diagnosis.registry import proof_of
from unpend.diagnosis.rule import Rule
from unpend.model.expected import ExpectedRecord
from unpend.model.finding import Finding, Severity
from unpend.model.observation import ZoneCut
from unpend.model.plan import Errand, Where
from unpend.model.records import Question
from unpend.model.text import Text

TITLE = Text(
    en="Two hosts serve the domain with different records", ja="内容の異なる 2 組のネームサーバーが混在しています"
)
SAYS = Text(
    en="{zone} is delegated to two hosts at once: {right} hold {records} as wanted, {wrong} do not. Whoever asks "
    "gets one or the other by chance.",
    ja="{zone} は 2 組のネームサーバーに同時に委任されています。{right} は {records} を正しく持っていますが、{wrong} は"
    "持っていません。どちらの答えが返るかは運次第です。",
)
EXTRA = Text(
    en="{zone} itself names {extra} as name servers, which the registry does not, and they do not hold the wanted "
    "records.",
    ja="{zone} 自身の NS レコードには、レジストリにない {extra} が載っており、そのサーバーには必要なレコードがありま"
    "せん。",
)
UNTIDY = Text(
    en="The registry and {zone} itself name different name servers ({parent} against {child}). Both sets answer alike.",
    ja="レジストリと {zone} 自身とで、ネームサーバーの一覧が食い違っています（{parent} と {child}）。答えの内容は同じ"
    "です。",
)
CURE = Text(
    en="At the registrar, delegate {zone} to one set of name servers only: {right}. First copy every other record that "
    "exists only at {wrong}, so that nothing is lost.",
    ja="レジストラで {zone} のネームサーバーを {right} だけにしてください。その前に、{wrong} にしかないほかのレコードを"
    "すべて移しておけば、何も失われません。",
)


def asks(case: Case) -> Iterator[Ask]:
    """The servers that only the zone itself names matter where resolvers do not see what the delegated servers hold."""
    for cut in case.zones:
        unseen = [r for r in case.records if case.zone_of(r.name) == cut.zone and case.right(r) and unseen_by(case, r)]
        for host in extra_nameservers(case, cut)[:3] if unseen else ():
            yield Ask(Question(cut.zone, "SOA"), Whom.HOST, zone=cut.zone, host=host)
            yield from (Ask(Question(r.name, r.type), Whom.HOST, zone=cut.zone, host=host) for r in unseen[:3])


def unseen_by(case: Case, record: ExpectedRecord) -> bool:
    seen = case.at_resolvers(record.name, record.type)
    return any(sight_of(record, e) is not Sight.RIGHT for e in seen)


def finds(case: Case) -> Iterator[Finding]:
    for cut in case.zones:
        wanted = [r for r in case.records if case.zone_of(r.name) == cut.zone]
        if affected := [r for r in wanted if split(case, cut, r)]:
            yield mixed(case, cut, affected)
        elif wanted and all(case.right(r) for r in wanted) and extra_nameservers(case, cut):
            yield untidy(case, cut, wanted)


def split(case: Case, cut: ZoneCut, record: ExpectedRecord) -> bool:
    """Whether one host's servers all hold the record and all of another's do not."""
    groups = operators(case, cut)
    return any(g.holds(case, record) for g in groups) and any(g.lacks(case, record) for g in groups)


def mixed(case: Case, cut: ZoneCut, affected: list[ExpectedRecord]) -> Finding:
    groups = operators(case, cut)
    good = max(groups, key=lambda g: sum(g.holds(case, r) for r in case.records))
    bad = [g for g in groups if g is not good]
    right = nameservers_of(good, bad)
    wrong = tuple(sorted({name for g in bad for name in g.names} - set(right)))
    instructions = CURE.fill(zone=cut.zone, right=right, wrong=wrong)
    cure = Errand(Where.REGISTRAR, "set-nameservers", cut.zone, right, instructions)
    names = tuple(r.name for r in affected)
    evidence = [e for r in affected for e in case.heard(r.name, r.type)]
    evidence = [*evidence[:8], *case.heard(cut.zone, "SOA", cut.zone)[:4]]
    required = any(r.required for r in affected)
    severity = Severity.ERROR if required else Severity.WARNING
    return rule.finding(
        names, SAYS, evidence, severity=severity, fix=[cure], zone=cut.zone, right=right, wrong=wrong, records=names
    )


def nameservers_of(good: Operator, bad: list[Operator]) -> tuple[str, ...]:
    """The set that the right host's own zone publishes, the other host's servers left out."""
    foreign = {name for g in bad for name in g.names}
    own = set(good.published) - foreign
    return tuple(sorted(own if own & set(good.names) else good.names))


def untidy(case: Case, cut: ZoneCut, wanted: list[ExpectedRecord]) -> Finding:
    extra = extra_nameservers(case, cut)
    seen = [e for r in wanted for e in case.at_hosts(r.name, r.type) if e.server.name in extra]
    lacking = [e for r in wanted for e in seen if e.question.name == r.name and not e.values(r.type)]
    proof = [*lacking, *case.heard(cut.zone, "NS", cut.zone), *proof_of(case, cut)]
    if lacking:
        return rule.finding(cut.zone, EXTRA, proof, severity=Severity.WARNING, zone=cut.zone, extra=extra)
    parent = tuple(sorted(ns.name for ns in cut.nameservers))
    child = published_nameservers(case, cut)
    return rule.finding(cut.zone, UNTIDY, proof, severity=Severity.INFO, zone=cut.zone, parent=parent, child=child)


EXPLAINS = ("secondary-lag", "wrong-target", "wrong-type", "negative-cached", "old-value-cached", "publish-delay")
rule = Rule("mixed-nameserver-sets", "delegation", TITLE, finds, asks, explains=EXPLAINS)

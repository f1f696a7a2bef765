"""The name of a delegated name server leads to no address, so nobody can ask that server anything."""

from __future__ import annotations

from collections.abc import Iterator

from unpend.diagnosis.case import Case
from unpend.diagnosis.outcomes import NO_GLUE, in_words
from unpend.diagnosis.registry import proof_of, users_cuts
from unpend.diagnosis.rule import Rule
from unpend.model.finding import Confidence, Finding, Severity
from unpend.model.names import is_under
from unpend.model.observation import NameServer, ZoneCut
from unpend.model.plan import Errand, Where
from unpend.model.records import Exchange
from unpend.model.text import Text

TITLE = Text(en="A name server's name leads to no address", ja="ネームサーバー名からアドレスを引けません")
SAYS = Text(
    en="{zone} is delegated to {servers}, for which there is no address ({how}): nobody can ask there.",
    ja="{zone} は {servers} に委任されていますが、この名前からアドレスを引けないため（{how}）、誰も問い合わせら"
    "れません。",
)
CURE = Text(
    en="At the registrar of {zone}, correct the misspelt or abandoned name server {servers}; a server whose own name "
    "is in {zone} also needs its address (a host or glue record) there.",
    ja="{zone} のレジストラで、綴りの誤りや廃止済みのネームサーバー {servers} を正しいものに直してください。{zone} 内"
    "の名前を持つネームサーバーには、アドレス（ホスト情報、グルーレコード）の登録も必要です。",
)


def broken(cut: ZoneCut) -> tuple[NameServer, ...]:
    """Denied names, and names in the zone itself without glue (RFC 1034 section 4.2.1); a mere timeout says nothing."""
    return tuple(
        ns
        for ns in cut.nameservers
        if not ns.addresses and ((ns.failure and ns.failure.conclusive) or (ns.failure and needs_glue(ns, cut)))
    )


def needs_glue(nameserver: NameServer, cut: ZoneCut) -> bool:
    return is_under(nameserver.name, cut.zone) and not nameserver.glue


def finds(case: Case) -> Iterator[Finding]:
    for cut in users_cuts(case):
        bad = broken(cut)
        evidence = [*denied(case, bad), *proof_of(case, cut)]
        if bad and evidence:
            yield found(case, cut, bad, evidence)


def denied(case: Case, nameservers: tuple[NameServer, ...]) -> list[Exchange]:
    """The answers that deny the names' addresses."""
    return [e for ns in nameservers for t in ("A", "AAAA") for e in case.exchanges(ns.name, t) if e.outcome.conclusive]


def found(case: Case, cut: ZoneCut, bad: tuple[NameServer, ...], evidence: list[Exchange]) -> Finding:
    zone, servers = cut.zone, tuple(ns.name for ns in bad)
    outcomes = tuple(sorted({NO_GLUE if needs_glue(ns, cut) else str(ns.failure) for ns in bad}))
    cure = Errand(Where.REGISTRAR, "fix-delegation", zone, (), CURE.fill(zone=zone, servers=servers))
    alone = not case.live_servers(zone)
    return rule.finding(
        zone,
        SAYS.fill(how=in_words(outcomes)),
        evidence,
        severity=Severity.ERROR if alone else Severity.WARNING,
        confidence=Confidence.CERTAIN,
        fix=[cure] if alone else [],
        zone=zone,
        servers=servers,
        outcomes=outcomes,
    )


rule = Rule("nameserver-unresolvable", "delegation", TITLE, finds)

"""Exchanges written by hand, for what a world on paper does not do: other ways of asking, parents, broken servers."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from world import NOW, TOKENS, ses

from unpend.diagnosis.case import Case
from unpend.diagnosis.diagnose import diagnose
from unpend.diagnosis.rulebook import rule_of
from unpend.model.expected import Expected
from unpend.model.finding import Finding
from unpend.model.observation import NameServer, Observation, Registration, ZoneCut
from unpend.model.records import Exchange, Outcome, Probe, Question, Record, Role, Server, Via

DOMAIN = "example.com."
WANTED = f"{TOKENS[0]}._domainkey.{DOMAIN}"
TARGET = f"{TOKENS[0]}.dkim.amazonses.com."
NS1 = Server(Role.AUTHORITATIVE, "ns1.host.net.", "192.0.2.1", 53, DOMAIN)
NS2 = Server(Role.AUTHORITATIVE, "ns2.host.net.", "192.0.2.2", 53, DOMAIN)
PARENT = Server(Role.PARENT, "a.nic.com.", "192.0.2.200", 53, "com.")
RESOLVER = Server(Role.RESOLVER, "resolver-1", "192.0.2.53")


def record(text: str, ttl: int = 300) -> Record:
    """One record as "name TYPE value"."""
    name, type_, value = text.split(None, 2)
    return Record(name, type_, ttl, value)


def soa(zone: str = DOMAIN, mname: str = "ns1.host.net.", serial: int = 1) -> Record:
    """A SOA record."""
    return record(f"{zone} SOA {mname} admin.{zone} {serial} 7200 900 1209600 900", 900)


def heard(
    server: Server,
    question: str,
    outcome: Outcome = Outcome.ANSWER,
    *answer: Record,
    via: Via = Via.UDP,
    mixed_case: bool = True,
    cd: bool = False,
    dnssec: bool = False,
    **given: Any,
) -> Exchange:
    """One exchange; authority where the outcome is conclusive, unless given otherwise."""
    name, type_ = question.split()
    probe = Probe(Question(name, type_), via, server.role is Role.RESOLVER, cd, dnssec, mixed_case)
    given.setdefault("aa", outcome.conclusive and server.role is not Role.RESOLVER)
    if outcome in {Outcome.NODATA, Outcome.NXDOMAIN} and server.role is not Role.RESOLVER:
        given.setdefault("authority", (soa(server.zone),))
    return Exchange(server, probe, outcome, answer=answer, asked_at=NOW - 1, **given)


def cut(
    zone: str = DOMAIN,
    *names: str,
    parent: str = "com.",
    ds: tuple[Record, ...] = (),
    glue: tuple[str, ...] = (),
    failure: Outcome | None = None,
    delegated: bool = True,
) -> ZoneCut:
    """A delegation to servers of these names."""
    addresses = glue or (() if failure else ("192.0.2.1",))
    servers = tuple(NameServer(n, addresses, glue, failure) for n in names or ("ns1.host.net.", "ns2.host.net."))
    return ZoneCut(zone, parent, servers, ds, 172800, delegated, asked=True)


def case_of(
    exchanges: Iterable[Exchange],
    *cuts: ZoneCut,
    expected: Expected | None = None,
    registration: Registration | None = None,
    registrable: str = DOMAIN,
) -> Case:
    """A case of these exchanges; the domain's own delegation unless cuts are given."""
    wanted = ses(DOMAIN) if expected is None else expected
    chain = (ZoneCut(".", ".", ()), ZoneCut("com.", ".", ()), *(cuts or (cut(),)))
    observation = Observation(
        wanted.domain,
        registrable=registrable,
        cuts=chain,
        exchanges=tuple(exchanges),
        registration=registration,
        started_at=NOW - 1,
        ended_at=NOW,
    )
    return Case(wanted, observation)


def found(code: str, case: Case) -> list[Finding]:
    """What one rule alone finds."""
    return list(rule_of(code).finds(case))


def asked(code: str, case: Case) -> list[str]:
    """What one rule would still like to know, in words."""
    return [f"{ask.whom} {ask.question}" for ask in rule_of(code).asks(case)]


def causes(case: Case) -> set[str]:
    """The causes that remain when all rules have spoken."""
    return {f.code for f in diagnose(case).causes}

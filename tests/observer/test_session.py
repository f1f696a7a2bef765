"""What looks of one session share, and what they never do: nothing of the domain itself, nothing old, of no other world."""

from __future__ import annotations

from typing import Any

import pytest

from unpend.engine.check import check
from unpend.lab import Lab, load_scenario
from unpend.model.expected import Expected, ExpectedRecord, Purpose
from unpend.model.names import is_under
from unpend.model.records import Exchange, Outcome, Probe, Question, Record, Role, Server
from unpend.observer.memory import ENTRIES, LONGEST, Shelf
from unpend.observer.session import WORLDS, Session
from unpend.observer.settings import Settings
from unpend.report.report import Report

A_MINUTE = 60


async def looked(lab: Lab, session: Session | None, domain: str = "", expected: Expected | None = None) -> Report:
    at: dict[str, Any] = {"resolvers": lab.resolvers, "root_hints": lab.root_hints, "port": lab.port}
    at |= {"route": lab.route, "session": session, "timeout": 2.0, "deadline": 60.0, "also_ask": lab.also_ask}
    return await check(domain or lab.domain, expected or lab.expected, **at)


def remembered(report: Report) -> list[Exchange]:
    """What was heard before this look began."""
    return [e for e in report.observation.exchanges if e.asked_at < report.observation.started_at]


def told(report: Report) -> tuple[str, list[str]]:
    return str(report.verdict), [finding.code for finding in report.findings]


@pytest.mark.parametrize(
    "name",
    ["missing-domainkey-label", "healthy-subdomain-own-zone", "glue-mismatch", "lame-delegation", "healthy-signed"],
)
async def test_a_second_look_finds_what_the_first_found_and_sees_what_was_mended(name: str) -> None:
    async with Lab(load_scenario(name)) as lab, Session() as session:
        alone = await looked(lab, None)
        looks = [await looked(lab, session) for _ in range(2)]
        for report in looks:
            assert told(report) == told(alone), name
        own = looks[1].observation.registrable
        assert remembered(looks[0]) == []
        assert {Role.PARENT, Role.RESOLVER} >= {e.server.role for e in remembered(looks[1])} >= {Role.PARENT}
        assert not [e for e in remembered(looks[1]) if is_under(e.question.name, own) or is_under(e.server.zone, own)]
        assert looks[1].queries <= alone.queries
        if alone.plan.changes and lab.scenario.can_heal:
            lab.apply(looks[1].plan)
            lab.flush()
            assert told(await looked(lab, session))[0] == "ok"


async def test_the_target_of_one_is_the_domain_of_another() -> None:
    """The provider's keys are common to its customers, but the provider's own domain is looked at anew."""
    async with Lab(load_scenario("healthy")) as lab, Session() as session:
        customers = [await looked(lab, session) for _ in range(2)]
        targets = {e.question.name for e in remembered(customers[1]) if e.server.role is Role.RESOLVER}
        wanted = {value for record in lab.expected.records for value in record.values}
        assert targets & wanted
        owner = next(iter(wanted)).rstrip(".").split(".")[-2:]
        provider = ".".join(owner) + "."
        key = ExpectedRecord(Purpose.DKIM, min(targets & wanted), "TXT", ('"v=DKIM1; p=AA"',))
        report = await looked(lab, session, provider, Expected(provider, (key,)))
        assert key.name in {e.question.name for e in report.observation.exchanges}
        assert not [e for e in remembered(report) if is_under(e.question.name, provider)]


async def test_nothing_old_is_remembered() -> None:
    now = [0.0]
    async with Lab(load_scenario("healthy")) as lab, Session(lambda: now[0]) as session:
        assert remembered(await looked(lab, session)) == []
        assert remembered(await looked(lab, session))
        now[0] = LONGEST
        assert remembered(await looked(lab, session)) == []


async def test_another_world_has_a_memory_of_its_own() -> None:
    """The same names, the same port, other root servers: what the first world says is not believed in the second."""
    async with (
        Lab(load_scenario("healthy")) as one,
        Session() as session,
        Lab(load_scenario("glue-mismatch"), network="127.54", port=one.port) as other,
    ):
        first = await looked(one, session)
        there = await looked(other, session)
        assert remembered(there) == []
        assert told(there) == told(await looked(other, None))
        assert told(await looked(one, session)) == told(first)
        assert session.memory(Settings(()), other.route) is session.memory(Settings(()), other.route)
        for number in range(2 * WORLDS):
            session.memory(Settings((), port=number))
        assert remembered(await looked(one, session)) == []


def record(type_: str, ttl: int, value: str = "x.") -> Record:
    return Record("example.com.", type_, ttl, value)


SOA = record("SOA", 3600, "ns. a. 1 2 3 4 60")
ANSWER, NODATA, REFERRAL = Outcome.ANSWER, Outcome.NODATA, Outcome.REFERRAL
LASTS: dict[str, tuple[Outcome, dict[str, Any], float]] = {
    "the least of the answers": (ANSWER, {"answer": (record("CNAME", 90), record("A", 30))}, 30),
    "never long": (ANSWER, {"answer": (record("A", 86400),)}, LONGEST),
    "not at all": (ANSWER, {"answer": (record("A", 0),)}, 0),
    "an alias to nothing": (ANSWER, {"answer": (record("CNAME", 90),), "authority": (SOA,)}, A_MINUTE),
    "negative, by the SOA": (Outcome.NXDOMAIN, {"authority": (SOA,)}, A_MINUTE),
    "negative, by the SOA's own TTL": (NODATA, {"authority": (record("SOA", 20, SOA.value),)}, 20),
    "negative, without a SOA": (Outcome.NXDOMAIN, {}, 0),
    "referral, by its addresses": (REFERRAL, {"authority": (record("NS", 90),), "additional": (record("A", 40),)}, 40),
    "referral, by its DS": (REFERRAL, {"authority": (record("NS", 90), record("DS", 50))}, 50),
    "truncated": (ANSWER, {"answer": (record("A", 90),), "tc": True}, 0),
    "silence": (Outcome.TIMEOUT, {}, 0),
    "failure": (Outcome.SERVFAIL, {"authority": (SOA,)}, 0),
    "refused": (Outcome.REFUSED, {"authority": (SOA,)}, 0),
}


def exchange(outcome: Outcome, **heard: Any) -> Exchange:
    return Exchange(Server(Role.RESOLVER, "r", "192.0.2.1"), Probe(Question("example.com.", "A")), outcome, **heard)


@pytest.mark.parametrize("case", LASTS)
def test_how_long_an_answer_is_remembered(case: str) -> None:
    outcome, heard, lasts = LASTS[case]
    now = [1000.0]
    shelf: Shelf[str, int] = Shelf(lambda: now[0])
    lasting = exchange(ANSWER, answer=(record("A", 86400),))
    shelf.keep("it", 1, (lasting, exchange(outcome, **heard)))
    assert (shelf.get("it") is not None) == (lasts > 0)
    now[0] += lasts - 0.5
    assert (shelf.get("it") is not None) == (lasts > 0)
    now[0] += 0.5
    assert shelf.get("it") is None


def test_a_shelf_is_bounded_and_what_nobody_said_is_not_kept() -> None:
    shelf: Shelf[int, int] = Shelf(lambda: 0.0)
    lasting = exchange(ANSWER, answer=(record("A", 86400),))
    shelf.keep(-1, 0, ())
    for number in range(ENTRIES + 10):
        shelf.keep(number, number, (lasting,))
    assert [n for n in range(-1, ENTRIES + 10) if shelf.get(n)] == list(range(10, ENTRIES + 10))

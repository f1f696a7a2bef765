"""The life of an identity on a real database and real (embedded) name servers, with the worker going round."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, closing
from pathlib import Path

import pytest

from unpend.engine.deep import DnsFlags, last_report
from unpend.engine.demands import demand_of
from unpend.engine.distributed import DistributedEngine
from unpend.engine.local import LocalEngine
from unpend.engine.looking import QuickLook, bulk_settings
from unpend.engine.opening import Installation, open_installation
from unpend.engine.running import Engine
from unpend.engine.works import Works
from unpend.lab import Lab, load_scenario
from unpend.lifecycle import NEVER
from unpend.model.expected import ExpectedRecord
from unpend.model.identity import Attributes, Event, Identity, IdentityKey, Signing, State
from unpend.model.plan import Change, Op, Plan
from unpend.observer.settings import Resolver

KEY = IdentityKey("000000000000", "us-east-1", "example.com")
PATIENCE = 60.0


@asynccontextmanager
async def engine(installation: Installation, lab: Lab) -> AsyncIterator[Engine]:
    """The worker, going round beside the test."""
    resolvers = tuple(Resolver(address, port) for address, port in lab.resolvers)
    quick = QuickLook(bulk_settings(resolvers, 0.5))
    dns = DnsFlags(lab.resolvers, lab.root_hints, lab.port, route=lab.route, timeout=0.5, deadline=5)
    works = Works(installation.store, installation.clock, quick, dns)
    local = installation.database.sqlite
    running: Engine = LocalEngine(works, tick=0.05) if local else DistributedEngine(works, tick=0.2)
    task = asyncio.create_task(running.run())
    try:
        yield running
    finally:
        running.stop()
        await task
        works.close()


async def until(installation: Installation, wanted: Callable[[Identity], bool], key: IdentityKey = KEY) -> Identity:
    """Wait for the identity to be so."""
    ends = time.monotonic() + PATIENCE
    while not wanted(found := installation.identities.get(key)):
        assert time.monotonic() < ends, found
        await asyncio.sleep(0.02)
    return found


def both(state: State) -> Callable[[Identity], bool]:
    return lambda identity: identity.ownership.state is identity.dkim.state is state


@pytest.fixture
def installation(database_url: str) -> Iterator[Installation]:
    opened = open_installation(database_url, time_scale=60)
    yield opened
    opened.close()


async def test_a_life_from_pending_to_failed_and_anew(installation: Installation) -> None:
    """Created, diagnosed, published, verified, lost, back again, lost for good, begun anew."""
    async with Lab(load_scenario("record-missing")) as lab, engine(installation, lab):
        made = installation.identities.create(KEY)
        assert both(State.PENDING)(made)
        async with asyncio.timeout(PATIENCE):
            while (report := last_report(installation.store, made)) is None:
                await asyncio.sleep(0.05)
        assert report.findings[0].code == "record-missing"
        assert report.would_report == installation.identities.get(KEY).look.error_type == "HOST_NOT_FOUND"
        lab.apply(report.plan)
        lab.flush()
        await until(installation, both(State.SUCCESS))
        lab.apply(taken_back(report.plan))
        lab.flush()
        installation.identities.look_now(KEY)
        await until(installation, both(State.TEMPORARY_FAILURE))
        lab.apply(report.plan)
        lab.flush()
        await until(installation, both(State.SUCCESS))
    *steps, ownership, dkim = installation.identities.history(KEY)
    assert len(steps) == 6
    began = (State.NOT_STARTED, State.PENDING, Event.BEGIN, 0)
    assert [(t.before, t.after, t.event, t.version) for t in (ownership, dkim)] == [began, began]


async def test_72_hours_without_records_are_the_end_until_begun_anew(tmp_path: Path) -> None:
    with closing(open_installation(f"sqlite:///{tmp_path}/unpend.db", time_scale=60_000)) as installation:
        async with Lab(load_scenario("record-missing")) as lab, engine(installation, lab):
            installation.identities.create(KEY)
            failed = await until(installation, both(State.FAILED))
            assert failed.due_at == NEVER
            steps = installation.identities.history(KEY)
            assert [step.event for step in steps] == [Event.EXPIRED, Event.EXPIRED, Event.BEGIN, Event.BEGIN]
            assert steps[0].seen[0].outcome == "nxdomain"
            wanted = demand_of(failed).records
            lab.apply(Plan(changes=tuple(published(record) for record in wanted)))
            lab.flush()
            await asyncio.sleep(0.2)
            assert both(State.FAILED)(installation.identities.get(KEY)), "nobody looks at what has ended"
            installation.identities.begin(KEY)
            await until(installation, both(State.SUCCESS))


async def test_an_outage_moves_no_state_and_passes_by_itself(tmp_path: Path) -> None:
    """All name servers and resolvers are away for an hour of scaled time, and for longer than a window."""
    with closing(open_installation(f"sqlite:///{tmp_path}/unpend.db", time_scale=3600)) as installation:
        made = installation.identities.create(KEY)
        plan = Plan(changes=tuple(published(record) for record in demand_of(made).records))
        up = AsyncExitStack()
        first = await up.enter_async_context(Lab(load_scenario("record-missing")))
        async with engine(installation, first):
            first.apply(plan)
            first.flush()
            before = await until(installation, both(State.SUCCESS))
            await up.aclose()
            installation.identities.look_now(KEY)
            silent = await until(installation, lambda each: each.look.error_type == "DNS_SERVER_ERROR")
            await asyncio.sleep(1.5)
            assert both(State.SUCCESS)(installation.identities.get(KEY))
            async with Lab(load_scenario("record-missing"), port=first.port) as again:
                again.apply(plan)
                again.flush()
                after = await until(installation, lambda each: not each.look.error_type)
        assert (after.ownership, after.dkim, after.version) == (before.ownership, before.dkim, before.version)
        assert silent.look.success_at is not None
        assert (after.look.success_at or 0) > silent.look.success_at


async def test_one_identity_that_breaks_us_holds_nobody_up(tmp_path: Path) -> None:
    with closing(open_installation(f"sqlite:///{tmp_path}/unpend.db", time_scale=60)) as installation:
        poison = IdentityKey(KEY.account, KEY.region, "poison.example.com")
        too_long = Signing(origin="EXTERNAL", selector="x" * 70, public_key="MIGf")
        installation.identities.create(poison, Attributes(signing=too_long))
        made = installation.identities.create(KEY)
        async with Lab(load_scenario("record-missing")) as lab, engine(installation, lab):
            lab.apply(Plan(changes=tuple(published(record) for record in demand_of(made).records)))
            lab.flush()
            await until(installation, both(State.SUCCESS))
            broken = await until(installation, lambda each: each.look.error_type == "SERVICE_ERROR", poison)
        assert both(State.PENDING)(broken)


def published(record: ExpectedRecord) -> Change:
    host = record.name.removesuffix(".example.com.")
    return Change(Op.CREATE, "example.com.", record.name, host, record.type, 60, record.values, (), ())


def taken_back(plan: Plan) -> Plan:
    changes = [
        Change(Op.DELETE, c.zone, c.name, c.host, c.type, c.ttl, c.values, c.values, ())
        for c in plan.changes
        if isinstance(c, Change)
    ]
    return Plan(changes=tuple(changes))

"""The machine's clock is set wrong, and right again, while the worker runs and while it does not."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace

import pytest
from tests.engine.receivers import Receiver, plain, receiving
from tests.engine.test_engine import KEY, both, engine, published, until

from unpend.engine.clock import Clock, Trust
from unpend.engine.demands import demand_of
from unpend.engine.opening import Installation, open_installation
from unpend.engine.webhooks.outgoing import Outgoing, hooks_of
from unpend.lab import Lab, load_scenario
from unpend.lifecycle import DRIFT_PAUSE, HOUR, WINDOW
from unpend.model.identity import Identity, State
from unpend.model.plan import Plan

DAY = 24 * HOUR
SCALE = 60
PATIENCE = 60.0


@dataclass
class Hands:
    """The machine's two clocks: `set_by` is what somebody has set the wall clock by, `lived` what really passed beside
    the test's own seconds. Both in verification time."""

    set_by: float = 0.0
    lived: float = 0.0

    def wall(self) -> float:
        return time.time() + (self.set_by + self.lived) / SCALE

    def steady(self) -> float:
        return time.monotonic() + self.lived / SCALE

    def clock(self, scaled: Clock) -> Clock:
        """As a process reads them that has just been started."""
        return replace(scaled, wall=self.wall, steady=self.steady, trust=Trust())


@dataclass
class House:
    """An installation on these clocks, in a world without records, and somebody who is told."""

    opened: Installation
    hands: Hands
    lab: Lab
    receiver: Receiver

    @asynccontextmanager
    async def worker(self) -> AsyncIterator[Installation]:
        """A worker that has just been started: it knows nothing of the clock."""
        clock = self.hands.clock(self.opened.clock)
        started = replace(self.opened, clock=clock)
        started.identities.clock = clock
        outgoing = Outgoing(hooks_of(started, allow_private=True))
        telling = asyncio.create_task(outgoing.run())
        async with engine(started, self.lab):
            yield started
        outgoing.stop()
        await telling

    def identity(self) -> Identity:
        return self.opened.identities.get(KEY)

    def publish(self) -> None:
        self.lab.apply(Plan(changes=tuple(published(record) for record in demand_of(self.identity()).records)))
        self.lab.flush()

    async def looked(self, times: int = 1) -> None:
        """So many looks more have been committed."""
        for _ in range(times):
            rev = self.identity().rev
            await until(self.opened, lambda each, rev=rev: each.rev > rev)  # type: ignore[misc]

    async def told(self, kind: str) -> None:
        async with asyncio.timeout(PATIENCE):
            while kind not in self.kinds():
                await asyncio.sleep(0.02)

    def kinds(self) -> list[str]:
        return [each.body.decode().partition('"type":')[2].strip(' "').partition('"')[0] for each in self.receiver.got]


@pytest.fixture
async def house(database_url: str) -> AsyncIterator[House]:
    opened = open_installation(database_url, time_scale=SCALE)
    async with AsyncExitStack() as stack:
        lab = await stack.enter_async_context(Lab(load_scenario("record-missing")))
        receiver = await stack.enter_async_context(receiving(plain("200 OK")))
        hooks_of(opened, allow_private=True).register(KEY.account, receiver.url())
        yield House(opened, Hands(), lab, receiver)
    opened.close()


async def test_set_ahead_and_back_it_ends_nothing_and_delays_nothing(house: House) -> None:
    """Ahead by more than a window, where it is looked and tried, and back again."""
    hands = house.hands
    async with house.worker() as started:
        house.opened.identities.create(KEY)
        await house.looked()
        began = started.clock.now()
        hands.set_by = 4 * DAY
        house.receiver.answer = plain("503 Busy")
        await house.looked(2)
        seen = house.identity()
        assert (seen.look.checked_at or 0) > began + 4 * DAY
        assert both(State.PENDING)(seen), "its window was not lived through"
        house.publish()
        hands.set_by = 0.0
        verified = await until(house.opened, both(State.SUCCESS))
        assert verified.due_at < started.clock.now() + 1.1 * DRIFT_PAUSE
        house.receiver.answer = plain("200 OK")
        await house.told("domain.verified")
    assert "domain.failed" not in house.kinds()


async def test_set_back_while_nobody_works_it_delays_nothing(house: House) -> None:
    """What was written in the future is found by the next start; what was tried in the future is tried again."""
    house.hands.set_by = 4 * DAY
    house.receiver.answer = plain("503 Busy")
    async with house.worker():
        house.opened.identities.create(KEY)
        await house.looked(2)
        await house.told("domain.created")
    house.hands.set_by = 0.0
    house.receiver.answer = plain("200 OK")
    told = len(house.receiver.got)
    house.publish()
    async with house.worker() as started:
        await until(house.opened, both(State.SUCCESS))
        assert house.identity().due_at < started.clock.now() + 1.1 * DRIFT_PAUSE
        await house.told("domain.verified")
        async with asyncio.timeout(PATIENCE):
            while "domain.created" not in house.kinds()[told:]:
                await asyncio.sleep(0.02)


async def test_a_window_ends_when_it_has_been_lived_through(house: House) -> None:
    """Set ahead, or off, for longer than the window: it ends later by as much, and then it does end."""
    hands = house.hands
    async with house.worker():
        house.opened.identities.create(KEY)
        await house.looked()
    hands.set_by = 2 * WINDOW  # or the machine was off: nobody can tell
    async with house.worker():
        await house.looked(2)
        assert both(State.PENDING)(house.identity())
    async with house.worker() as started:
        await house.looked()
        assert both(State.PENDING)(house.identity()), "another start does not forget it"
        hands.lived = 0.9 * WINDOW
        started.identities.look_now(KEY)
        await house.looked(2)
        assert both(State.PENDING)(house.identity()), "it is over, but by a clock that nobody can be sure of"
        hands.lived = 1.1 * WINDOW
        started.identities.look_now(KEY)
        await until(house.opened, both(State.FAILED))
        await house.told("domain.failed")

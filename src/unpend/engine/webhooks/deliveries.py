"""Delivering what is owed: a lane for each endpoint, so that a stranger that hangs holds up nobody but itself.

A lane leases some of what its endpoint is owed, posts it four at a time, writes down how it ended, and ends; the next
round starts another. Lanes of any number of processes work beside each other: a lease is won by one of them.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from random import random
from typing import Any, TypeVar

from unpend.engine.notify import mail, mail_address, without_slack
from unpend.engine.tracing import span
from unpend.engine.webhooks.hooks import Hooks
from unpend.engine.webhooks.payload import body, sentence
from unpend.engine.webhooks.posting import TOTAL, Message, Poster, Try
from unpend.engine.webhooks.retries import next_try
from unpend.model.errors import StoreError
from unpend.model.webhook import Endpoint, EndpointState, Outcome, Owed

LANES = 64
AT_ONCE = 4
BATCH, BATCH_OF_A_FAILING_ONE = 25, AT_ONCE  # of each endpoint so many are repeated at most after a kill -9
LANE_SECONDS = 30.0
LEASE = LANE_SECONDS + TOTAL + 15
ROUND = 0.5
AGAIN = (0.5, 1.0, 2.0, 4.0)
STORE_THREADS, MAIL_THREADS = 4, 2
FAILING_FOR = 5 * 24 * 3600
log = logging.getLogger(__name__)
T = TypeVar("T")
Tell = Callable[[Endpoint, Owed, Try], None]


def untold(_endpoint: Endpoint, _owed: Owed, _tried: Try) -> None:
    """Nobody listens."""


@dataclass
class Deliveries:
    """The dispatcher of one process. `tell` hears of every try (metrics, logs). `lease` is in real seconds."""

    hooks: Hooks
    poster: Poster
    tell: Tell = untold
    lease: float = LEASE
    _threads: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(STORE_THREADS, "unpend-webhooks"))
    _mails: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(MAIL_THREADS, "unpend-mail"))
    _lanes: dict[int, asyncio.Task[None]] = field(default_factory=dict)
    _stopping: asyncio.Event = field(default_factory=asyncio.Event)

    async def run(self) -> None:
        """Until `stop`; then what is under way is finished and the rest of the leases given back."""
        while not self._stopping.is_set():
            try:
                await self._start_lanes()
            except StoreError as error:
                log.warning("webhooks wait for the database: %s", error)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._stopping.wait(), ROUND)
        await asyncio.gather(*self._lanes.values(), return_exceptions=True)
        self.close()

    def stop(self) -> None:
        """Start nothing new."""
        self._stopping.set()

    def close(self) -> None:
        """Let the threads go."""
        self._threads.shutdown(wait=False)
        self._mails.shutdown(wait=False)

    async def drain(self) -> None:
        """Deliver what is due now, then end: for tests and benchmarks."""
        await self._start_lanes()
        while self._lanes:
            await asyncio.gather(*self._lanes.values())
            await self._start_lanes()
        self.close()

    async def _thread(self, work: Callable[..., T], *given: Any) -> T:
        """Threads of our own: the loop's are also used for what strangers can make slow."""
        return await asyncio.get_running_loop().run_in_executor(self._threads, work, *given)

    async def _start_lanes(self) -> None:
        self._lanes = {key: task for key, task in self._lanes.items() if not task.done()}
        if len(self._lanes) >= LANES:
            return
        found = await self._thread(self.hooks.store.due, self.hooks.clock.now(), LANES)
        for endpoint in found:
            if endpoint.id not in self._lanes and len(self._lanes) < LANES:
                self._lanes[endpoint.id] = asyncio.create_task(self._safe_lane(endpoint))

    async def _safe_lane(self, endpoint: Endpoint) -> None:
        """Whatever breaks, it is this lane alone: its leases run out, and all of it goes out again under its ids."""
        try:
            await self._lane(endpoint)
        except StoreError as error:
            log.warning("webhook %s waits: %s", endpoint.uid, error)
        except Exception:
            log.exception("webhook %s met something that unpend does not handle", endpoint.uid)

    async def _lane(self, endpoint: Endpoint) -> None:
        clock = self.hooks.clock
        now = clock.now()
        limit = BATCH if endpoint.failing_since is None else BATCH_OF_A_FAILING_ONE
        until = now + self.lease * clock.scale
        owed = await self._thread(self.hooks.store.lease, endpoint.id, now, until, limit)
        ended = await self._posted(endpoint, owed)
        await self._write_down([outcome for outcome, _ in ended])
        await self._judge(endpoint, [tried for _, tried in ended if tried is not None])

    async def _write_down(self, outcomes: Sequence[Outcome]) -> None:
        """Again for a while where the database is away: what is not written down is posted again."""
        for pause in (*AGAIN, None):
            try:
                await self._thread(self.hooks.store.finish, outcomes, self.hooks.clock.now())
                return
            except StoreError:
                if pause is None:
                    raise
                await asyncio.sleep(pause)

    async def _posted(self, endpoint: Endpoint, owed: Sequence[Owed]) -> list[tuple[Outcome, Try | None]]:
        """Each with how it ended. The first silence ends the lane early: the rest is given back untried."""
        waiting = list(reversed(owed))
        ended: list[tuple[Outcome, Try | None]] = []
        over = asyncio.get_running_loop().time() + LANE_SECONDS

        async def some() -> None:
            nonlocal over
            while waiting and not self._stopping.is_set() and asyncio.get_running_loop().time() < over:
                each = waiting.pop()
                with span("unpend.webhook", type=each.type, attempt=each.attempt + 1):
                    tried = await self._try(endpoint, each)
                if tried.status is None or tried.gone:
                    over = 0.0
                self.tell(endpoint, each, tried)
                ended.append((self._outcome(each, tried), tried))

        await asyncio.gather(*(some() for _ in range(AT_ONCE)))
        now = self.hooks.clock.now()
        return ended + [(Outcome(each, now, each.attempt), None) for each in waiting]

    async def _try(self, endpoint: Endpoint, owed: Owed) -> Try:
        address = mail_address(endpoint.url)
        if address is not None:
            return await asyncio.get_running_loop().run_in_executor(self._mails, _mailed, address, endpoint, owed)
        message = Message(owed.uid, body(owed, endpoint), self.hooks.clock.wall())
        return await self.poster.post(without_slack(endpoint.url), message, self.hooks.secrets_of(endpoint))

    def _outcome(self, owed: Owed, tried: Try) -> Outcome:
        attempt, now = owed.attempt + 1, self.hooks.clock.now()
        pause = None if tried.taken else next_try(attempt, random(), tried.retry_after)
        return Outcome(owed, None if pause is None else now + pause, attempt, tried.status or 0, tried.trouble)

    async def _judge(self, endpoint: Endpoint, tries: Sequence[Try]) -> None:
        now, since, state = self.hooks.clock.now(), endpoint.failing_since, EndpointState.ACTIVE
        if any(each.taken for each in tries):
            since = None
        elif tries:
            since = since or now
            given_up = now - since > FAILING_FOR and not self.hooks.clock.doubtful()
            state = EndpointState.FAILING if given_up else state
        if any(each.gone for each in tries):
            state = EndpointState.GONE
        if (since, state) != (endpoint.failing_since, endpoint.state):
            await self._thread(self.hooks.store.judge, endpoint.id, state, since)


def _mailed(address: str, endpoint: Endpoint, owed: Owed) -> Try:
    try:
        mail(address, sentence(owed, endpoint), json.loads(owed.body))
    except OSError:
        return Try(None, "mail-refused")
    return Try(250)

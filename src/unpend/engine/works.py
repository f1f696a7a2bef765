"""The work itself: look at what is due in a shard, decide, commit. The same code in one process and on many machines.

Who is killed loses nothing: what is due stays due until the transaction that answers it. Who wakes up late changes
nothing: its `rev` is an old one.
"""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

from unpend.engine.brake import PAUSE, Brake
from unpend.engine.clock import Clock
from unpend.engine.deep import DnsFlags, diagnose_identity, insight_from
from unpend.engine.demands import Demand, demand_of_due
from unpend.engine.judging import SERVICE_ERROR, Judgement, diagnosed, judged, says_little
from unpend.engine.looking import Answers, Quick, QuickLook, looks_of
from unpend.engine.still import Outlook, unchanged
from unpend.engine.timekeeping import Timekeeping
from unpend.engine.tracing import span
from unpend.lifecycle import News, decide
from unpend.model.errors import UnpendError
from unpend.model.identity import Identity, Kind, Transition
from unpend.report.report import Report
from unpend.store.future import UNHEARD
from unpend.store.insights import Owed, give_back, keep_insight, owed_shards, take_owed
from unpend.store.looked import Looked
from unpend.store.rows import Claim, Due, shard_of
from unpend.store.store import Store

BATCH = 500
THREADS = 4
LATER = 60.0
T = TypeVar("T")


@dataclass(slots=True)
class Tally:
    """What a worker has done, for its metrics."""

    looked: int = 0
    late: int = 0
    transitions: int = 0
    diagnosed: int = 0
    quarantined: int = 0
    braked: int = 0
    outcomes: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Looking:
    """A batch after its look: what is as it was, and the rest judged."""

    unchanged: list[tuple[Claim, Outlook]]
    judgements: list[Judgement]


class Works:
    """Looks at shards. `quick` finds out whether anything changed, the deep diagnosis says why."""

    def __init__(self, store: Store, clock: Clock, quick: Quick, dns: DnsFlags, *, batch: int = BATCH) -> None:
        self.store = store
        self.clock = clock
        self.tally = Tally()
        self.brake = Brake()
        self._timekeeping = Timekeeping(store.database, clock)
        self._quick = quick
        self._dns = dns
        self._batch = batch
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="unpend-store")

    async def thread(self, work: Callable[..., T], *given: Any) -> T:
        """Run something of the store's beside the loop."""
        return await asyncio.get_running_loop().run_in_executor(self._threads, lambda: work(*given))

    def close(self) -> None:
        """Let the threads go."""
        self._threads.shutdown(wait=True)
        if isinstance(self._quick, QuickLook):
            self._quick.close()

    async def due_shards(self) -> list[tuple[int, float]]:
        """Where looks are due. Before that the clock is looked at: what a wrong one wrote is put right first."""
        if self._timekeeping.wanted():
            await self.thread(self._timekeeping.keep)
        return await self.thread(self.store.due_shards, self.clock.now())

    async def owed_shards(self) -> list[tuple[int, float]]:
        """Where diagnoses are owed."""
        return await self.thread(owed_shards, self.store, self.clock.now())

    # --- quick looks --------------------------------------------------------------------------------------------

    async def look(self, shards: Sequence[int], batches: int = 4) -> int:
        """Look at what is due in these shards, some batches at most, so that the other lanes get their turn; how many."""
        done, share = 0, -(-self._batch // len(shards))
        for _ in range(batches):
            rows = await self.thread(self.store.read_due, shards, self.clock.now(), share)
            if rows:
                with span("unpend.look", shards=len(shards), identities=len(rows)):
                    await self._commit(await self._judged(rows))
            done += len(rows)
            if len(rows) < share:
                break
        return done

    async def _judged(self, rows: Sequence[Due]) -> Looking:
        """A batch judged. Where something breaks, the halves are tried, until the one that breaks it stands alone."""
        try:
            return await self._looked(rows)
        except UnpendError:
            raise
        except Exception:
            if len(rows) == 1:
                whole = await self.thread(self.store.whole, rows)
                return Looking([], [self._quarantined(each) for each in whole.values()])
        middle = len(rows) // 2
        first, second = await self._judged(rows[:middle]), await self._judged(rows[middle:])
        return Looking([*first.unchanged, *second.unchanged], [*first.judgements, *second.judgements])

    async def _looked(self, rows: Sequence[Due]) -> Looking:
        demands = [demand_of_due(row) for row in rows]
        answers = await self._quick(demands)
        now, doubtful = self.clock.now(), self.clock.doubtful()
        done = Looking([], [])
        news: list[tuple[Due, Demand, Answers]] = []
        for row, demand, heard in zip(rows, demands, answers, strict=True):
            if (same := unchanged(row, demand, heard, now, random.random())) is not None:
                done.unchanged.append(same)
            else:
                news.append((row, demand, heard))
        whole = await self.thread(self.store.whole, [row for row, _, _ in news]) if news else {}
        self.tally.late += len(news) - len(whole)
        for row, demand, heard in news:
            if row.id in whole:
                looks, chance = looks_of(demand, heard), random.random()
                done.judgements.append(judged(whole[row.id], demand, looks, now, chance, doubtful=doubtful))
        return done

    def _quarantined(self, row: Identity) -> Judgement:
        """Something that we cannot handle is our fault: no state moves, and it is tried again ever more rarely."""
        self.tally.quarantined += 1
        now = self.clock.now()
        decision = decide(row, {}, now, news=News(suspect=row.kind is Kind.DOMAIN), chance=random.random())
        return Judgement(Looked(row, decision, replace(row.look, checked_at=now, error_type=SERVICE_ERROR)))

    async def _commit(self, done: Looking) -> None:
        looked = [each.looked for each in self._braked(done)]
        won = await self.thread(self.store.commit, looked, [claim for claim, _ in done.unchanged])
        self.tally.looked += len(won)
        self.tally.late += len(looked) + len(done.unchanged) - len(won)
        words = [outlook.error_type for claim, outlook in done.unchanged if claim.id in won]
        words += [each.look.error_type for each in looked if each.before.id in won]
        for word, count in Counter(words).items():
            self.tally.outcomes[word or "OK"] = self.tally.outcomes.get(word or "OK", 0) + count
        self.tally.transitions += sum(len(e.decision.transitions) for e in looked if e.before.id in won)

    def _braked(self, done: Looking) -> Sequence[Judgement]:
        """With the brake on, what was verified is looked at again later, and nothing is owed for it."""
        lost = sum(each.suspect for each in done.judgements)
        seen = lost + sum(each.steady for each in done.judgements) + sum(o.verified for _, o in done.unchanged)
        if not self.brake.note(self.clock.now(), seen, lost):
            return done.judgements
        return [self._put_off(each) if each.suspect else each for each in done.judgements]

    def _put_off(self, each: Judgement) -> Judgement:
        self.tally.braked += 1
        due_at = self.clock.now() + PAUSE * (1 + random.random())
        decision = replace(each.looked.decision, due_at=due_at)
        return replace(each, looked=replace(each.looked, decision=decision, deep=False))

    # --- deep diagnoses -----------------------------------------------------------------------------------------

    async def diagnose(self, shards: Sequence[int], limit: int = 4) -> int:
        """Some of the diagnoses that these shards owe, all at once; how many."""
        taken = await self.thread(take_owed, self.store, shards, self.clock.now(), limit)
        await asyncio.gather(*(self._diagnose(owed) for owed in taken))
        return len(taken)

    async def _diagnose(self, owed: Owed) -> None:
        try:
            with span("unpend.diagnose", shard=shard_of(owed.identity.key)):
                report = await diagnose_identity(owed.identity, self._dns)
            now = self.clock.now()
            found = await insight_from(report, now)
            steps: list[Transition] = []
            again_at = now + UNHEARD if says_little(report) else None
            kept = await self.thread(
                keep_insight, self.store, owed, lambda row: self._by(report, row, now, steps), found, again_at
            )
        except Exception:
            self.tally.quarantined += 1
            await self.thread(give_back, self.store, [owed], self.clock.now() + LATER)
            return
        if kept:
            self.tally.diagnosed += 1
            self.tally.transitions += len(steps)
        else:
            self.tally.late += 1
            await self.thread(give_back, self.store, [owed], self.clock.now())

    def _by(self, report: Report, row: Identity, now: float, steps: list[Transition]) -> Looked:
        looked = diagnosed(row, report, now, random.random(), doubtful=self.clock.doubtful())
        steps += looked.decision.transitions
        return looked

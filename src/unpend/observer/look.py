"""Looks at a domain: the first round, then what the rules still want to know, until nobody asks anything new."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

from unpend.diagnosis.ask import Ask
from unpend.diagnosis.case import Case
from unpend.diagnosis.diagnose import wishes
from unpend.model.expected import Expected
from unpend.model.names import is_under
from unpend.model.observation import HostedZone, Observation, Registration
from unpend.model.records import Question
from unpend.model.text import Text
from unpend.observer.battery import Battery
from unpend.observer.memory import Memory
from unpend.observer.notebook import Asker, Notebook
from unpend.observer.settings import Settings
from unpend.observer.spf_chain import follow
from unpend.observer.walk import Walker
from unpend.observer.wishes import Genie

Progress = Callable[[Text], None]

WALKING = Text(en="Walking from the root to {domain} …", ja="ルートから {domain} までたどっています…")
FOLLOWING = Text(
    en="Round {round}: {count} more questions, to be sure …",
    ja="{round} 巡目: 確認のためさらに {count} 件問い合わせています…",
)


class Look:
    """One look at one domain. `observe` may be called once."""

    def __init__(
        self,
        expected: Expected,
        settings: Settings,
        wire: Asker,
        *,
        registrable: str = "",
        registration: Registration | None = None,
        hosted_zones: tuple[HostedZone, ...] = (),
        progress: Progress = lambda _: None,
        memory: Memory | None = None,
    ) -> None:
        self._expected = expected
        self._settings = settings
        self._registration = registration
        self._hosted_zones = hosted_zones
        self._progress = progress
        self._registrable = registrable or expected.domain
        self._notebook = Notebook(wire, settings, memory, self._registrable)
        self._walker = Walker(self._notebook, settings)
        self._genie = Genie(self._notebook, self._walker, settings)
        self._started_at = time.time()
        self._rounds = 0
        self._known: tuple[tuple[int, int], Case] | None = None

    async def observe(self) -> Case:
        """Everything that could be heard within the deadline; what could not is named."""
        cut_off: tuple[str, ...] = ()
        try:
            async with asyncio.timeout(self._settings.deadline):
                await self._first_round()
                await asyncio.gather(self._further_rounds(), follow(self._notebook, self._settings, self._case))
        except TimeoutError:
            cut_off = self._notebook.pending()
        finally:
            await self._walker.close()
            await self._notebook.close()
        return Case(self._expected, self._frozen(cut_off)) if cut_off else self._case()

    async def _first_round(self) -> None:
        self._progress(WALKING.fill(domain=self._expected.domain))
        self._rounds = 1
        args = (self._notebook, self._walker, self._settings, self._expected, self._registrable)
        battery = Battery(*args)
        await asyncio.gather(self._domain_and_hosts(battery), battery.resolvers())

    async def _domain_and_hosts(self, battery: Battery) -> None:
        await self._walker.through_the_registry(self._registrable)
        await battery.run()
        zone = self._walker.holding(self._expected.domain).zone
        zone = zone if is_under(zone, self._registrable) else self._registrable
        await asyncio.gather(*(self._ask_host(host, address, zone) for host, address in self._settings.also_ask))

    async def _ask_host(self, host: str, address: str, zone: str) -> None:
        """A host that the user named, although the domain may not be delegated to it."""
        questions = [Question(zone, "SOA"), *(Question(r.name, r.type) for r in self._expected.records)]
        for server in await self._genie.host(host, address, zone):
            await asyncio.gather(*(self._notebook.ask(server, q) for q in dict.fromkeys(questions)))

    async def _further_rounds(self) -> None:
        granted: set[Ask] = set()
        while self._rounds < self._settings.rounds:
            case = self._case()
            wanted = [ask for ask in wishes(case) if ask not in granted]
            if not wanted:
                return
            self._rounds += 1
            self._progress(FOLLOWING.fill(round=self._rounds, count=len(wanted)))
            granted.update(wanted)
            await self._genie.grant(wanted, case)

    def _case(self) -> Case:
        """What has been heard by now; the same case, with all that was worked out of it, until more is heard."""
        heard = (len(self._notebook.exchanges), self._rounds)
        if self._known is None or self._known[0] != heard:
            self._known = (heard, Case(self._expected, self._frozen(())))
        return self._known[1]

    def _frozen(self, cut_off: tuple[str, ...]) -> Observation:
        chain = [
            cut
            for cut in self._walker.cuts.values()
            if is_under(self._expected.domain, cut.zone) or is_under(cut.zone, self._registrable)
        ]
        return Observation(
            domain=self._expected.domain,
            registrable=self._registrable,
            cuts=tuple(sorted(chain, key=lambda cut: (cut.zone.count("."), cut.zone))),
            exchanges=tuple(self._notebook.exchanges),
            registration=self._registration,
            hosted_zones=self._hosted_zones,
            started_at=self._started_at,
            ended_at=time.time(),
            rounds=self._rounds,
            unheard=cut_off,
        )

"""The lab's world with the user's zones on real servers and a real resolver; registries and providers stay the lab's."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import count
from pathlib import Path

from unpend.engine.check import check
from unpend.lab import Lab, Scenario
from unpend.model.plan import Plan
from unpend.report.report import Report

from .daemons import PORT, Authoritative, Daemon, Unbound, Zones, stopping

# Test processes side by side each have a part of the loopback range for themselves.
NETWORK = "127." + str(60 + int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")))
# A fresh address for each resolver: two processes could share one unnoticed (SO_REUSEPORT).
ADDRESSES = (f"{NETWORK}.{245 + i // 250}.{1 + i % 250}" for i in count())


class RealWorld:
    """A running lab of which some servers are real. Servers that hold the same zones are one process."""

    def __init__(self, lab: Lab, folder: Path, kinds: tuple[type[Authoritative], ...], names: set[str]) -> None:
        self.lab = lab
        self.daemons: list[Daemon] = []
        self.zones_of: dict[str, Zones] = {n: z for n, z in lab.zone_texts().items() if n in names and z}
        self._folder = folder
        self._kinds = kinds
        self._servers: list[tuple[Authoritative, str]] = []
        self._unbound: Unbound | None = None

    async def start(self) -> None:
        groups: dict[str, list[str]] = {}
        for name, zones in self.zones_of.items():
            groups.setdefault(repr(sorted(zones.items())), []).append(name)
        for i, names in enumerate(groups.values()):
            kind = self._kinds[i % len(self._kinds)]
            server = kind(self._folder / f"{kind.program}-{i}", [self.lab.servers[n] for n in names])
            self.daemons.append(server)
            self._servers.append((server, names[0]))
            await asyncio.to_thread(server.serve, self.zones_of[names[0]])
        await self.forget()

    async def forget(self) -> None:
        """A resolver with an empty cache."""
        if self._unbound is not None:
            self._unbound.stop()
            self.daemons.remove(self._unbound)
        self._unbound = Unbound(self._folder / "unbound", [next(ADDRESSES)])
        self.daemons.append(self._unbound)
        await asyncio.to_thread(self._unbound.start, self.lab.root_hints, self.lab.trust_anchor)

    async def warm(self) -> None:
        """Have the resolver look every wanted record up, so that it remembers what stands there now."""
        assert self._unbound
        for record in self.lab.expected.records:
            await asyncio.to_thread(self._unbound.ask, record.name, record.type)

    async def reload(self, changed: dict[str, Zones]) -> None:
        """Serve other texts: by the first server's name of each process."""
        for server, name in self._servers:
            if name in changed:
                await asyncio.to_thread(server.serve, changed[name])

    async def apply(self, plan: Plan) -> None:
        """Make the plan's changes in the zone files and at the registry; resolvers forget."""
        self.lab.apply(plan)
        await self.reload(self.lab.zone_texts())
        await self.forget()

    async def check(self) -> Report:
        lab = self.lab
        assert self._unbound
        return await check(
            lab.domain,
            lab.expected,
            resolvers=[(self._unbound.addresses[0], PORT)],
            root_hints=lab.root_hints,
            port=PORT,
            also_ask=lab.also_ask,
            registration=lab.registration,
            hosted_zones=lab.hosted_zones,
            timeout=2.0,
            deadline=60.0,
        )


@asynccontextmanager
async def real_world(scenario: Scenario, folder: Path, *kinds: type[Authoritative]) -> AsyncIterator[RealWorld]:
    """The scenario with its own zones' servers real."""
    names = names_of(scenario)
    async with Lab(scenario, port=PORT, external=names, network=NETWORK) as lab:
        world = RealWorld(lab, folder, kinds, names)
        with stopping(world.daemons):
            await world.start()
            yield world


def names_of(scenario: Scenario) -> set[str]:
    """The servers of the scenario's own zones."""
    from unpend.lab.world import World

    world = World(scenario, lambda: 0.0)
    return {n for zone in scenario.zone for n in zone.only or world.host_names(zone.host, zone.set, zone.name)}

"""Writes down every exchange, and asks nobody the same thing twice."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable, Coroutine, Iterable
from typing import Any, Protocol

from unpend.model.names import ROOT, is_under
from unpend.model.records import Exchange, Probe, Question, Role, Server
from unpend.observer.memory import Memory
from unpend.observer.settings import Settings


class Asker(Protocol):
    """The seam to the network: one probe of one server."""

    async def ask(self, server: Server, probe: Probe, timeout: float) -> Exchange: ...

    async def persist(self, server: Server, probe: Probe, timeout: float) -> tuple[Exchange, ...]: ...


Work = Callable[[Server, Probe], Coroutine[Any, Any, Exchange]]


class Notebook:
    """All that was heard so far. Questions that are under way are shared by whoever wants their answer.

    `memory` is what looks of the same process share; what is said of names under `own` never gets into it.
    """

    def __init__(self, wire: Asker, settings: Settings, memory: Memory | None = None, own: str = ROOT) -> None:
        self._wire = wire
        self.memory = memory
        self._own = own
        self._settings = settings
        self._tasks: dict[tuple[Server, Probe, bool], asyncio.Task[Exchange]] = {}
        self._usable: dict[str, bool] = {}
        self._quoted: set[int] = set()
        self.exchanges: list[Exchange] = []

    def ask(
        self,
        server: Server,
        question: Question,
        *,
        recurse: bool = False,
        cd: bool = False,
        dnssec: bool = False,
    ) -> asyncio.Future[Exchange]:
        """The best exchange about this question with this server, by all the ways there are."""
        probe = Probe(question, recurse=recurse, cd=cd, dnssec=dnssec)
        return self._shared((server, probe, False), self._persisted)

    def once(self, server: Server, probe: Probe) -> asyncio.Future[Exchange]:
        """One attempt in exactly this way."""
        return self._shared((server, probe, True), self._attempted)

    def _shared(self, key: tuple[Server, Probe, bool], work: Work) -> asyncio.Future[Exchange]:
        """One task a question. Whoever gives up waiting does not end it for the others."""
        task = self._tasks.get(key)
        if task is None:
            task = self._tasks[key] = asyncio.create_task(work(key[0], key[1]))
        return asyncio.shield(task)

    async def _persisted(self, server: Server, probe: Probe) -> Exchange:
        common = self.common(probe.question.name) if server.role is Role.RESOLVER else None
        known = common.answers.get((server, probe)) if common else None
        if known is not None:
            self.exchanges.append(known.value)
            return known.value
        heard = await self._wire.persist(server, probe, self._settings.timeout)
        self.exchanges.extend(heard)
        if common is not None and len(heard) == 1:
            common.answers.keep((server, probe), heard[0], heard)
        return heard[-1]

    async def _attempted(self, server: Server, probe: Probe) -> Exchange:
        exchange = await self._wire.ask(server, probe, self._settings.timeout / 2)
        self.exchanges.append(exchange)
        return exchange

    def usable(self, address: str) -> bool:
        """Whether this machine has a route to the address at all; no packet is sent."""
        if address not in self._usable:
            self._usable[address] = self._allowed(address) and _has_route(address)
        return self._usable[address]

    def _allowed(self, address: str) -> bool:
        return self._settings.ipv6 if ":" in address else self._settings.ipv4

    def common(self, name: str) -> Memory | None:
        """Where what is said of this name is remembered: nowhere, where it is the domain's own."""
        return None if is_under(name, self._own) else self.memory

    def quote(self, exchanges: Iterable[Exchange]) -> None:
        """Write down what another look heard, once."""
        for exchange in exchanges:
            if id(exchange) not in self._quoted:
                self._quoted.add(id(exchange))
                self.exchanges.append(exchange)

    def pending(self) -> tuple[str, ...]:
        """The questions that nobody has answered yet, in words."""
        waiting = [(server, probe) for (server, probe, _), task in self._tasks.items() if not task.done()]
        return tuple(sorted({f"{probe.question} @{server.name or server.address}" for server, probe in waiting}))

    async def close(self) -> None:
        """Give up what is still under way."""
        for task in self._tasks.values():
            task.cancel()
        await asyncio.gather(*self._tasks.values(), return_exceptions=True)


def _has_route(address: str) -> bool:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    try:
        with socket.socket(family, socket.SOCK_DGRAM) as probe:
            probe.connect((address, 53))
    except OSError:
        return False
    return True

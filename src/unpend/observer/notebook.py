"""Writes down every exchange, and asks nobody the same thing twice."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable, Iterable
from typing import Any, Protocol

from unpend.model.names import ROOT, is_under
from unpend.model.records import Exchange, Probe, Question, Role, Server
from unpend.observer.memory import Memory
from unpend.observer.settings import Settings

Key = tuple[Any, ...]
Told = Callable[[tuple[Exchange, ...]], None]


class Asker(Protocol):
    """The seam to the network: one probe of one server, and who is told what came of it in all the ways there are."""

    async def ask(self, server: Server, probe: Probe, timeout: float) -> Exchange: ...

    def begin(self, server: Server, probe: Probe, timeout: float, heard: Told) -> None: ...


class Notebook:
    """All that was heard so far. Questions that are under way are shared by whoever wants their answer.

    `memory` is what looks of the same process share; what is said of names under `own` never gets into it.
    """

    def __init__(self, wire: Asker, settings: Settings, memory: Memory | None = None, own: str = ROOT) -> None:
        self._wire = wire
        self.memory = memory
        self._own = own
        self._settings = settings
        self._answers: dict[Key, asyncio.Future[Exchange]] = {}
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
        """The best exchange about this question with this server, by all the ways there are.

        Who may be cancelled has to wait for it by `asyncio.wait` or `asyncio.shield`: others wait too.
        """
        key = (*_key(server, question), recurse, cd, dnssec)
        answer = self._answers.get(key)
        if answer is None:
            answer = self._answers[key] = asyncio.get_running_loop().create_future()
            self._begin(answer, server, Probe(question, recurse=recurse, cd=cd, dnssec=dnssec))
        return answer

    def _begin(self, answer: asyncio.Future[Exchange], server: Server, probe: Probe) -> None:
        common = self.common(probe.question.name) if server.role is Role.RESOLVER else None
        known = common.answers.get((server, probe)) if common else None

        def told(heard: tuple[Exchange, ...]) -> None:
            if answer.done():
                return
            self.exchanges.extend(heard)
            if common is not None and known is None and len(heard) == 1:
                common.answers.keep((server, probe), heard[0], heard)
            answer.set_result(heard[-1])

        if known is not None:
            told(known.shown_by)
        else:
            self._wire.begin(server, probe, self._settings.timeout, told)

    def once(self, server: Server, probe: Probe) -> asyncio.Future[Exchange]:
        """One attempt in exactly this way."""
        key = (*_key(server, probe.question), probe)
        answer = self._answers.get(key)
        if answer is None:
            answer = self._answers[key] = asyncio.create_task(self._attempted(server, probe))
        return answer

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
        waiting = [key for key, answer in self._answers.items() if answer.cancelled() or not answer.done()]
        return tuple(sorted({f"{name} {type_} @{server or address}" for server, address, name, type_, *_ in waiting}))

    async def close(self) -> None:
        """Give up what is still under way."""
        for answer in self._answers.values():
            answer.cancel()
        await asyncio.gather(*self._answers.values(), return_exceptions=True)


def _key(server: Server, question: Question) -> Key:
    """What tells a question to a server from others, in plain values: they hash fast."""
    return (server.name, server.address, question.name, question.type, server.port, server.zone, server.role)


def _has_route(address: str) -> bool:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    try:
        with socket.socket(family, socket.SOCK_DGRAM) as probe:
            probe.connect((address, 53))
    except OSError:
        return False
    return True

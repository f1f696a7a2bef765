"""Grants what rules would like to know: finds the servers that a wish means and asks them."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable

from unpend.diagnosis.ask import Ask, Whom
from unpend.diagnosis.case import Case
from unpend.diagnosis.soa import soa_primary
from unpend.model.observation import NameServer
from unpend.model.records import Exchange, Probe, Question, Role, Server, Via
from unpend.observer.battery import resolver_servers
from unpend.observer.denied import Denied, Put
from unpend.observer.notebook import Notebook
from unpend.observer.settings import Settings
from unpend.observer.walk import Walker

TRIED_FOR_ONE = 3
WALKED_SERVERS = 2


class Genie:
    """Turns wishes into questions to servers."""

    def __init__(self, notebook: Notebook, walker: Walker, settings: Settings) -> None:
        self._notebook = notebook
        self._walker = walker
        self._settings = settings

    async def grant(self, wishes: Iterable[Ask], case: Case) -> None:
        """All wishes of a round at once; those that one server is enough for by zone, in two steps."""
        others: list[Ask] = []
        ones: dict[str, dict[Question, None]] = {}
        for ask in wishes:
            if ask.whom is not Whom.ONE:
                others.append(ask)
                continue
            zone = ask.zone or case.zone_of(ask.question.name) or case.zone
            ones.setdefault(zone, {})[ask.question] = None
        by_zone = (self._ask_one(zone, questions, case) for zone, questions in ones.items())
        await asyncio.gather(*by_zone, *(self._grant(ask, case) for ask in others))

    async def _grant(self, ask: Ask, case: Case) -> None:
        servers = await self._servers(ask, case)
        await asyncio.gather(*(self._ask(ask, server) for server in servers))

    async def _ask_one(self, zone: str, questions: Iterable[Question], case: Case) -> None:
        """One server of each voice in the zone, without asking below what it denies."""
        voices = self._voices(zone, case)
        denied = (Denied(case, zone, voice[0], self._until_conclusive(voice)) for voice in voices)
        await asyncio.gather(*(each.ask(questions) for each in denied))

    def _until_conclusive(self, servers: list[Server]) -> Put:
        async def put(questions: Iterable[Question]) -> list[Exchange]:
            """All at the first server at once; what it does not answer at the next."""
            told: dict[Question, Exchange] = {}
            left = list(questions)
            for server in servers[:TRIED_FOR_ONE]:
                signed = self._signed(server.zone)
                asked = [self._notebook.ask(server, question, dnssec=signed) for question in left]
                told.update({question: await answer for question, answer in zip(left, asked, strict=True)})
                left = [question for question in left if not told[question].outcome.conclusive]
            return list(told.values())

        return put

    async def _ask(self, ask: Ask, server: Server) -> Exchange:
        signed = server.role is Role.AUTHORITATIVE and self._signed(server.zone)
        recurse = server.role is Role.RESOLVER
        if ask.via is not None or not ask.mixed_case:
            via = ask.via or Via.UDP
            probe = Probe(ask.question, via, recurse=recurse, cd=ask.cd, mixed_case=ask.mixed_case)
            return await self._notebook.once(server, probe)
        return await self._notebook.ask(server, ask.question, recurse=recurse, cd=ask.cd, dnssec=signed)

    def _signed(self, zone: str) -> bool:
        cut = self._walker.cuts.get(zone)
        return bool(cut and cut.ds)

    @staticmethod
    def _voices(zone: str, case: Case) -> list[list[Server]]:
        """The live servers of the zone, grouped by the primary that their SOA names: one of each group is enough."""
        groups: dict[str, list[Server]] = {}
        for server in case.live_servers(zone):
            soa = case.soa(server)
            groups.setdefault(soa_primary(soa) if soa else "", []).append(server)
        return list(groups.values())

    async def _servers(self, ask: Ask, case: Case) -> tuple[Server, ...]:
        zone = ask.zone or case.zone_of(ask.question.name) or case.zone
        if ask.whom is Whom.SERVER:
            return (ask.server,) if ask.server else ()
        if ask.whom is Whom.RESOLVERS:
            return resolver_servers(self._settings)
        if ask.whom is Whom.EVERY:
            return case.servers(zone)
        if ask.whom is Whom.HOST:
            return await self.host(ask.host, ask.address, zone)
        if ask.whom is Whom.PARENT:
            return await self._parent(zone)
        return await self._walked(ask.question.name)

    async def host(self, name: str, address: str, zone: str) -> tuple[Server, ...]:
        """A DNS host that the domain is not delegated to, at its first usable address."""
        given = NameServer(name, (address,) if address else ())
        found = await self._walker.resolved(given, quoted=False)
        usable = self._walker.usable(found)[:1]
        return tuple(self._walker.server(found, a, Role.UNDELEGATED, zone) for a in usable)

    async def _parent(self, zone: str) -> tuple[Server, ...]:
        cut = self._walker.cuts.get(zone)
        if cut is None:
            return ()
        servers = await self._walker.servers(self._walker.cuts[cut.parent], Role.PARENT)
        return servers[:WALKED_SERVERS]

    async def _walked(self, name: str) -> tuple[Server, ...]:
        cut = await self._walker.descend(Question(name, "SOA"))
        return (await self._walker.servers(cut, Role.AUTHORITATIVE))[:WALKED_SERVERS]

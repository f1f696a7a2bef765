"""The first round: every authoritative server of every zone from the registrable domain down, and every resolver."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import replace

from unpend.diagnosis.policy import policy_questions
from unpend.model.expected import Expected, ExpectedRecord
from unpend.model.names import ROOT, is_under, under
from unpend.model.observation import NameServer, ZoneCut
from unpend.model.records import Exchange, Outcome, Question, Record, Role, Server
from unpend.observer.notebook import Notebook
from unpend.observer.settings import Settings
from unpend.observer.walk import CUTS_LIMIT, Walker, cut_in


class Battery:
    """Asks a zone's servers everything that a healthy domain needs, and follows zone cuts below it.

    `registrable` is the domain at whose zone the registry's part of the walk ends; servers above it are asked only
    for the way down.
    """

    def __init__(
        self, notebook: Notebook, walker: Walker, settings: Settings, expected: Expected, registrable: str
    ) -> None:
        self._notebook = notebook
        self._walker = walker
        self._settings = settings
        self._expected = expected
        self._registrable = registrable or expected.domain
        self._policy = policy_questions(expected, registrable)
        self._asked: dict[str, asyncio.Task[None]] = {}

    # --- down to the domain -------------------------------------------------------------------------------------

    async def run(self) -> None:
        """Walk to the domain; from the registrable domain on, ask each zone on the way everything at once."""
        question = Question(self._expected.domain, "SOA")
        while True:
            here = self._walker.holding(question.name)
            role = Role.PARENT
            if self._is_users(here):
                self._begin(here)
                role = Role.AUTHORITATIVE
            if await self._walker.step(question, role) is None:
                break
        await self._begin_where_it_ends(question)
        while pending := [task for task in self._asked.values() if not task.done()]:
            await asyncio.wait(pending)

    def _is_users(self, cut: ZoneCut) -> bool:
        return is_under(cut.zone, self._registrable)

    async def _begin_where_it_ends(self, question: Question) -> None:
        """A domain that lives in its registry's own zone, without a cut, is asked for there."""
        here = self._walker.holding(question.name)
        if here.zone == ROOT or here.zone in self._asked:
            return
        heard = await self._walker.first_conclusive(here, question)
        if self._is_users(here) or (heard is not None and heard.outcome in {Outcome.ANSWER, Outcome.NODATA}):
            self._begin(here)

    def _begin(self, cut: ZoneCut) -> None:
        if cut.zone not in self._asked and len(self._asked) < CUTS_LIMIT:
            self._walker.cuts[cut.zone] = replace(self._walker.cuts[cut.zone], asked=True)
            self._asked[cut.zone] = asyncio.create_task(self._ask_zone(self._walker.cuts[cut.zone]))

    # --- one zone -----------------------------------------------------------------------------------------------

    async def _ask_zone(self, cut: ZoneCut) -> None:
        """Every server of the zone; those whose address is not known yet as soon as it is."""
        if not cut.delegated:
            cut = await self._with_own_nameservers(cut)
        known = await asyncio.gather(*(self._ask_nameserver(cut, i, ns) for i, ns in enumerate(cut.nameservers)))
        self._walker.cuts[cut.zone] = replace(self._walker.cuts[cut.zone], nameservers=tuple(known))

    async def _with_own_nameservers(self, cut: ZoneCut) -> ZoneCut:
        """A zone beside its parent on the same servers shows no referral: its own NS set says who serves it."""
        parent = self._walker.cuts[cut.parent]
        servers = await self._walker.servers(cut, Role.AUTHORITATIVE)
        if not servers:
            return cut
        question = Question(cut.zone, "NS")
        heard, ds = await asyncio.gather(
            self._notebook.ask(servers[0], question, dnssec=bool(parent.ds)), self._ds(cut, parent)
        )
        addresses = {ns.name: ns for ns in cut.nameservers}
        glue = {r.name: r.value for r in heard.additional if r.type == "A"}
        names = sorted({r.value for r in heard.records("NS")})
        found = tuple(addresses.get(n) or NameServer(n, tuple(filter(None, [glue.get(n)]))) for n in names)
        own = replace(cut, nameservers=found or cut.nameservers, ds=ds)
        self._walker.cuts[cut.zone] = own
        return own

    async def _ds(self, cut: ZoneCut, parent: ZoneCut) -> tuple[Record, ...]:
        if not parent.ds:
            return ()
        server = (await self._walker.servers(parent, Role.AUTHORITATIVE))[0]
        return (await self._notebook.ask(server, Question(cut.zone, "DS"), dnssec=True)).records("DS")

    async def _ask_nameserver(self, cut: ZoneCut, index: int, nameserver: NameServer) -> NameServer:
        found = await self._walker.resolved(nameserver)
        usable = self._walker.usable(found)
        servers = [self._walker.server(found, address, Role.AUTHORITATIVE, cut.zone) for address in usable]
        asked = [self._ask_server(cut, index if i == 0 else None, server) for i, server in enumerate(servers)]
        await asyncio.gather(*asked)
        return found

    async def _ask_server(self, cut: ZoneCut, index: int | None, server: Server) -> None:
        questions = [*self._for_every_server(cut, first_address=index is not None), *self._for_one(cut, index)]
        signed = bool(cut.ds)
        asked = [self._notebook.ask(server, question, dnssec=signed) for question in dict.fromkeys(questions)]
        for answer in asked:
            self._follow(cut, await answer)

    def _follow(self, cut: ZoneCut, exchange: Exchange) -> None:
        """A zone cut between this zone and a wanted name is a zone to be asked as well."""
        below = cut_in(exchange, cut)
        if below is not None:
            self._walker.cuts.setdefault(below.zone, below)
            self._begin(self._walker.cuts[below.zone])

    def _for_every_server(self, cut: ZoneCut, first_address: bool) -> Iterator[Question]:
        yield Question(cut.zone, "SOA")
        if first_address:
            yield Question(cut.zone, "NS")
            if cut.ds:
                yield Question(cut.zone, "DNSKEY")
        for record in self._records_in(cut):
            yield Question(record.name, record.type)
        yield from (question for question in self._policy if is_under(question.name, cut.zone))

    def _for_one(self, cut: ZoneCut, index: int | None) -> Iterator[Question]:
        """What one server of the set is enough for, a different one for each record."""
        count = len(cut.nameservers)
        if index == 0 and is_under(self._expected.domain, cut.zone):
            yield Question(under("_domainkey", self._expected.domain), "SOA")
        for i, record in enumerate(self._records_in(cut)):
            if record.type == "CNAME" and i % count == index:
                yield Question(record.name, "TXT")

    def _records_in(self, cut: ZoneCut) -> list[ExpectedRecord]:
        return [r for r in self._expected.records if is_under(r.name, cut.zone)]

    # --- resolvers ----------------------------------------------------------------------------------------------

    async def resolvers(self) -> None:
        """What every resolver says of the wanted records and of what stands behind them."""
        asked = [
            self._notebook.ask(server, question, recurse=True)
            for server in resolver_servers(self._settings)
            for question in dict.fromkeys(self._for_resolvers())
        ]
        for answer in asked:
            await answer

    def _for_resolvers(self) -> Iterator[Question]:
        yield Question(self._expected.domain, "SOA")
        for record in self._expected.records:
            yield Question(record.name, record.type)
            if record.type == "CNAME" and record.known:
                yield from (Question(target, "TXT") for target in record.values)
        yield from self._policy


def resolver_servers(settings: Settings) -> tuple[Server, ...]:
    """The resolvers as servers."""
    return tuple(Server(Role.RESOLVER, r.name or r.address, r.address, r.port) for r in settings.resolvers)

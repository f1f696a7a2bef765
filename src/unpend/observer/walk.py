"""The walk from the root hints down to a zone: referrals, zone cuts, and the addresses of name servers."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import cast

from unpend.model.names import ROOT, ancestors, is_under, labels, parent
from unpend.model.observation import NameServer, ZoneCut
from unpend.model.records import Exchange, Outcome, Question, Record, Role, Server
from unpend.observer.notebook import Notebook
from unpend.observer.settings import Settings

HEDGE_AFTER = 0.15
ASKED_AT_A_REFERRAL = 8
NAMESERVERS_LIMIT = 20
ADDRESSES_LIMIT = 4
DEPTH_LIMIT = 5
CUTS_LIMIT = 12
AN_IPV6_ADDRESS = "2001:500:1::53"


class Walker:
    """Knows the zone cuts found so far, and finds more."""

    def __init__(self, notebook: Notebook, settings: Settings) -> None:
        self._notebook = notebook
        self._settings = settings
        hints = tuple(NameServer(name, addresses, addresses) for name, addresses in settings.root_hints)
        self.cuts: dict[str, ZoneCut] = {ROOT: ZoneCut(ROOT, ROOT, hints)}
        self._looked_up: dict[str, asyncio.Task[NameServer]] = {}
        self._registries: set[str] = set()

    # --- zone cuts ----------------------------------------------------------------------------------------------

    def holding(self, name: str) -> ZoneCut:
        """The deepest zone known so far that holds the name."""
        known = [cut for cut in self.cuts.values() if is_under(name, cut.zone)]
        return max(known, key=lambda cut: len(labels(cut.zone)))

    async def step(self, question: Question, role: Role = Role.PARENT, depth: int = 0) -> ZoneCut | None:
        """One step down towards the question's name; None where the deepest zone is reached, denied or silent."""
        here = self.holding(question.name)
        if here.zone == question.name or len(labels(here.zone)) >= CUTS_LIMIT:
            return None
        exchange = await self.first_conclusive(here, question, role, depth)
        below = None if exchange is None else cut_in(exchange, here)
        if exchange is not None and below is not None:
            self.cuts.setdefault(below.zone, below)
            if self._notebook.memory and question.name in self._registries:
                self._notebook.memory.cuts.keep(below.zone, below, (exchange,))
        return below

    async def through_the_registry(self, registrable: str) -> None:
        """Down to the registry's own zone, with a question that all its domains share, where looks share what they hear.

        A referral that is shown in many reports must not name another's domain.
        """
        memory, suffix = self._notebook.memory, parent(registrable)
        if memory is None or suffix == ROOT:
            return
        self._registries.add(suffix)
        for zone in reversed(ancestors(suffix)):
            known = memory.cuts.get(zone)
            if known is not None:
                self.cuts.setdefault(zone, known.value)
                self._notebook.quote(known.shown_by)
        if memory.cuts.get(suffix) is None:
            await self.descend(Question(suffix, "SOA"))

    async def descend(self, question: Question, *along: Question, depth: int = 0) -> ZoneCut:
        """All the way down to the zone that holds the question's name.

        Other questions about the name go along where it is one label below, which is mostly the last step.
        """
        while True:
            near = len(labels(question.name)) - len(labels(self.holding(question.name).zone)) == 1
            asked = (question, *along) if near else (question,)
            if not any(await asyncio.gather(*(self.step(q, depth=depth) for q in asked))):
                return self.holding(question.name)

    async def first_conclusive(
        self, cut: ZoneCut, question: Question, role: Role = Role.PARENT, depth: int = 0
    ) -> Exchange | None:
        """The first conclusive answer of the zone's servers, which are asked one after the other with a short delay."""
        waiting: set[asyncio.Future[Exchange | None]] = set()
        asked = cut.nameservers[:ASKED_AT_A_REFERRAL]
        ends = asyncio.get_running_loop().time()
        try:
            for index, nameserver in enumerate(asked):
                waiting.add(self._put(cut, nameserver, question, role, depth))
                ends += HEDGE_AFTER
                told = await _first(cut, waiting, ends if index + 1 < len(asked) else None)
                if told is not None:
                    return told
        finally:
            for each in waiting:
                if isinstance(each, asyncio.Task):
                    each.cancel()
        return None

    def _put(
        self, cut: ZoneCut, nameserver: NameServer, question: Question, role: Role, depth: int
    ) -> asyncio.Future[Exchange | None]:
        """Ask one server, at once where its address is known."""
        if nameserver.addresses or nameserver.failure:
            return self._at(cut, nameserver, question, role) or _nothing()
        return asyncio.create_task(self._put_when_resolved(cut, nameserver, question, role, depth))

    async def _put_when_resolved(
        self, cut: ZoneCut, nameserver: NameServer, question: Question, role: Role, depth: int
    ) -> Exchange | None:
        found = await self.resolved(nameserver, depth + 1)
        return await asyncio.shield(self._at(cut, found, question, role) or _nothing())

    def _at(
        self, cut: ZoneCut, nameserver: NameServer, question: Question, role: Role
    ) -> asyncio.Future[Exchange | None] | None:
        for address in self.usable(nameserver)[:1]:
            server = self.server(nameserver, address, role, cut.zone)
            return cast("asyncio.Future[Exchange | None]", self._notebook.ask(server, question, dnssec=True))
        return None

    # --- servers and their addresses ----------------------------------------------------------------------------

    async def servers(self, cut: ZoneCut, role: Role, depth: int = 0) -> tuple[Server, ...]:
        """The servers of a zone by address, those with known addresses at once, the others only if there are none."""
        known = self._as_servers(cut, cut.nameservers, role)
        if known:
            return known
        found = await asyncio.gather(*(self.resolved(ns, depth + 1) for ns in cut.nameservers))
        return self._as_servers(cut, found, role)

    def _as_servers(self, cut: ZoneCut, nameservers: Iterable[NameServer], role: Role) -> tuple[Server, ...]:
        return tuple(self.server(ns, address, role, cut.zone) for ns in nameservers for address in self.usable(ns))

    def server(self, nameserver: NameServer, address: str, role: Role, zone: str) -> Server:
        """A name server at one of its addresses, in one capacity."""
        return Server(role, nameserver.name, address, self._settings.port, zone)

    def usable(self, nameserver: NameServer) -> tuple[str, ...]:
        """The addresses that this machine can send to, IPv4 first, bounded."""
        addresses = sorted(nameserver.addresses, key=lambda a: ":" in a)
        return tuple(a for a in addresses if self._notebook.usable(a))[:ADDRESSES_LIMIT]

    async def resolved(self, nameserver: NameServer, depth: int = 0, *, quoted: bool = True) -> NameServer:
        """The name server with addresses, looked up from the root where the parent gave none.

        `quoted`: the report should show how that came out, also where another look heard it.
        """
        if nameserver.addresses or nameserver.failure:
            return nameserver
        memory = self._notebook.common(nameserver.name)
        known = memory.nameservers.get(nameserver.name) if memory else None
        if known is not None:
            self._notebook.quote(known.shown_by if quoted else ())
            return known.value
        if depth > DEPTH_LIMIT:
            return replace(nameserver, failure=Outcome.TIMEOUT)
        if nameserver.name not in self._looked_up:
            self._looked_up[nameserver.name] = asyncio.create_task(self._look_up(nameserver, depth))
        elif depth > 0 and not self._looked_up[nameserver.name].done():
            return await self._unless_circular(nameserver)
        return await asyncio.shield(self._looked_up[nameserver.name])

    async def _unless_circular(self, nameserver: NameServer) -> NameServer:
        """A look-up that waits for itself never ends: two servers whose names live in each other's zones."""
        done, _ = await asyncio.wait({self._looked_up[nameserver.name]}, timeout=self._settings.timeout / 2)
        return done.pop().result() if done else replace(nameserver, failure=Outcome.TIMEOUT)

    async def _look_up(self, nameserver: NameServer, depth: int) -> NameServer:
        """Asks for the address on the way down, so that the last step brings it."""
        types = ["A"] * self._settings.ipv4 + ["AAAA"] * (
            self._settings.ipv6 and self._notebook.usable(AN_IPV6_ADDRESS)
        )
        questions = [Question(nameserver.name, type_) for type_ in types]
        if not questions:
            return replace(nameserver, failure=Outcome.UNREACHABLE)
        cut = await self.descend(*questions, depth=depth)
        answers = await asyncio.gather(*(self.first_conclusive(cut, q, depth=depth) for q in questions))
        heard = [exchange for exchange in answers if exchange is not None]
        addresses = tuple(value for e in heard for value in (*e.values("A"), *e.values("AAAA")))
        if addresses:
            found = replace(nameserver, addresses=addresses)
        else:
            found = replace(nameserver, failure=heard[0].outcome if heard else Outcome.TIMEOUT)
        memory = self._notebook.common(nameserver.name)
        if memory and len(heard) == len(questions):
            memory.nameservers.keep(nameserver.name, found, heard)
        return found

    async def close(self) -> None:
        """Give up what is still under way."""
        for task in self._looked_up.values():
            task.cancel()
        await asyncio.gather(*self._looked_up.values(), return_exceptions=True)


async def _first(cut: ZoneCut, waiting: set[asyncio.Future[Exchange | None]], ends: float | None) -> Exchange | None:
    """The first of these that leads on; None when it is time for one more server, or when all have been heard."""
    now = asyncio.get_running_loop().time
    while waiting:
        patience = None if ends is None else max(0.0, ends - now())
        done, _ = await asyncio.wait(waiting, timeout=patience, return_when=asyncio.FIRST_COMPLETED)
        waiting -= done
        for exchange in (each.result() for each in done):
            if exchange is not None and tells_where(exchange, cut):
                return exchange
        if not done:
            return None
    await asyncio.sleep(0 if ends is None else max(0.0, ends - now()))
    return None


def _nothing() -> asyncio.Future[Exchange | None]:
    nothing: asyncio.Future[Exchange | None] = asyncio.get_running_loop().create_future()
    nothing.set_result(None)
    return nothing


# --- reading a referral -----------------------------------------------------------------------------------------


def tells_where(exchange: Exchange, cut: ZoneCut) -> bool:
    """Whether an answer leads on: an answer with authority, or a referral to a zone below this one."""
    if exchange.outcome is Outcome.REFERRAL:
        return cut_in(exchange, cut) is not None
    return exchange.outcome.conclusive and exchange.aa


def cut_in(exchange: Exchange, here: ZoneCut) -> ZoneCut | None:
    """The zone below `here` that this answer shows on the way to the name that was asked, if any."""
    if exchange.outcome is Outcome.REFERRAL:
        return _delegation(exchange, here)
    soa = exchange.soa
    if soa is None or not exchange.aa or not _between(soa.name, here.zone, exchange.question.name):
        return None
    return ZoneCut(soa.name, here.zone, here.nameservers, delegated=False)


def _between(zone: str, above: str, name: str) -> bool:
    return zone != above and is_under(zone, above) and is_under(name, zone)


def _delegation(exchange: Exchange, here: ZoneCut) -> ZoneCut | None:
    ns = [r for r in exchange.authority if r.type == "NS" and _between(r.name, here.zone, exchange.question.name)]
    if not ns:
        return None
    zone = ns[0].name
    targets = sorted({r.value for r in ns if r.name == zone})[:NAMESERVERS_LIMIT]
    servers = tuple(_with_glue(target, exchange.additional, here.zone) for target in targets)
    ds = tuple(r for r in exchange.authority if r.type == "DS" and r.name == zone)
    return ZoneCut(zone, here.zone, servers, ds, ns[0].ttl)


def _with_glue(name: str, additional: Sequence[Record], bailiwick: str) -> NameServer:
    """Glue is believed only for names that the answering server's zone may speak of (RFC 5452 section 6)."""
    if not is_under(name, bailiwick):
        return NameServer(name)
    glue = tuple(r.value for r in additional if r.name == name and r.type in {"A", "AAAA"})
    return NameServer(name, glue, glue)

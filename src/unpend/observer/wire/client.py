"""`Wire`: one probe of one server, and the persistence that one question deserves."""

from __future__ import annotations

import asyncio
import struct
import time
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from types import TracebackType

from unpend.model.records import Exchange, Outcome, Probe, Server, Via
from unpend.observer.wire.contact import Contact
from unpend.observer.wire.message import Query, decode, echoes, encode, outcome_of
from unpend.observer.wire.names import MalformedMessageError
from unpend.observer.wire.place import Place
from unpend.observer.wire.sockets import Heard, PeerUnreachableError, Sockets

Route = Callable[[str, int], tuple[str, int]]
Told = Callable[[tuple[Exchange, ...]], None]
RETRY_AFTER = 0.3
OTHER_WAYS_AFTER = 0.55
FIRST_TRY_LIMIT = 1.0
UNSAID = frozenset({Outcome.TIMEOUT, Outcome.MALFORMED})
DISLIKES_EDNS = frozenset({"FORMERR", "NOTIMP", "BADVERS"})
BUDGET_SPENT = "question budget spent"
SILENT_BEFORE = "silent before"


class Wire:
    """Sends at most `budget` messages. `route` maps an address and port to where they really are (the lab).

    `contact` goes along with the first try of a question over UDP. What a server makes of it must not look like a
    defect: whoever does not answer well to it is asked without, and from then on always.
    `sockets` are those that it shares with others, None for its own.
    """

    def __init__(
        self,
        *,
        route: Route | None = None,
        clock: Callable[[], float] = time.time,
        budget: int = 500,
        contact: str = "",
        sockets: Sockets | None = None,
    ) -> None:
        self._route = route or (lambda address, port: (address, port))
        self._clock = clock
        self._budget = budget
        self._contact = Contact(contact)
        self._sockets = sockets
        self._shares_sockets = sockets is not None
        self._places: dict[tuple[str, int], Place] = {}
        self._troubled: set[asyncio.Task[None]] = set()
        self._answered: set[tuple[str, int]] = set()
        self.silent: set[tuple[str, int]] = set()
        self._closed = False
        self.sent = 0

    async def __aenter__(self) -> Wire:
        self._loop = asyncio.get_running_loop()
        self._now = self._loop.time
        self._sockets = self._sockets or Sockets(self._loop)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._closed = True
        for task in self._troubled:
            task.cancel()
        await asyncio.gather(*self._troubled, return_exceptions=True)
        if self._sockets and not self._shares_sockets:
            self._sockets.close()

    # --- one attempt --------------------------------------------------------------------------------------------

    async def ask(self, server: Server, probe: Probe, timeout: float) -> Exchange:
        """Exactly one attempt, in the way that the probe says. Never raises for what the network does."""
        place = self._place(server)
        await place.taken()
        try:
            return await self._attempt(server, probe, timeout)
        finally:
            place.leave()

    def _place(self, server: Server) -> Place:
        where = (server.address, server.port)
        place = self._places.get(where)
        if place is None:
            place = self._places[where] = Place()
        return place

    async def _attempt(self, server: Server, probe: Probe, timeout: float) -> Exchange:
        asked_at, started = self._clock(), self._now()
        if self.sent >= self._budget:
            return Exchange(server, probe, Outcome.TIMEOUT, asked_at=asked_at, note=BUDGET_SPENT)
        how: Heard | Exception
        try:
            how = await self._carried(server, probe, timeout)
        except (MalformedMessageError, ValueError, PeerUnreachableError, TimeoutError) as error:
            how = error
        return self._exchange(server, probe, how, asked_at, started)

    def _exchange(
        self, server: Server, probe: Probe, how: Heard | Exception, asked_at: float, started: float
    ) -> Exchange:
        """What came of an attempt, as a value."""
        outcome, note = Outcome.MALFORMED, ""
        try:
            if isinstance(how, Heard):
                exchange = _read(server, probe, how, asked_at + how.sent_at - started)
                self._answered.add((server.address, server.port))
                return exchange
            note = str(how)
            if isinstance(how, PeerUnreachableError):
                outcome = Outcome.UNREACHABLE
            elif isinstance(how, TimeoutError) and not note:
                outcome = Outcome.TIMEOUT
        except (MalformedMessageError, ValueError) as error:
            note = str(error)
        if outcome is Outcome.MALFORMED:
            self._answered.add((server.address, server.port))
        elapsed = round((self._now() - started) * 1000, 3)
        return Exchange(server, probe, outcome, asked_at=asked_at, elapsed_ms=elapsed, note=note)

    def _open(self) -> Sockets:
        if self._sockets is None:
            raise RuntimeError("use `async with Wire()`")
        return self._sockets

    def _encoded(self, probe: Probe, tries: list[int], options: bytes = b"") -> Query | None:
        """A new message, whose id is added to the `tries`; `options` only with the first. None: the budget is spent."""
        if self.sent >= self._budget:
            return None
        self.sent += 1
        sockets = self._open()
        query = encode(probe, sockets.new_id(), sockets.chance, b"" if tries else options)
        tries.append(query.id)
        return query

    async def _carried(self, server: Server, probe: Probe, timeout: float) -> Heard:
        peer = self._route(server.address, server.port)
        if probe.via is not Via.TCP:
            return await self._open().ask(peer, partial(self._encoded, probe, []), timeout)
        query, sent_at = self._encoded(probe, []), self._now()
        if query is None:
            raise TimeoutError("")
        data = await self._over_tcp(peer, query, timeout)
        return Heard(data, query.question, sent_at, self._now())

    @staticmethod
    async def _over_tcp(peer: tuple[str, int], query: Query, timeout: float) -> bytes:
        """One message each way (RFC 7766), whole within the timeout, whatever the peer drips."""
        writer = None
        try:
            async with asyncio.timeout(timeout):
                reader, writer = await asyncio.open_connection(*peer)
                writer.write(struct.pack("!H", len(query.data)) + query.data)
                length = int.from_bytes(await reader.readexactly(2), "big")
                data = await reader.readexactly(length)
        except asyncio.IncompleteReadError as error:
            raise MalformedMessageError("the connection ended before the answer") from error
        except TimeoutError:
            raise TimeoutError("") from None
        except OSError as error:
            raise PeerUnreachableError(error.strerror or str(error)) from error
        finally:
            if writer is not None:
                writer.transport.abort()
        if data[:2] != query.data[:2] or not echoes(data, query.question):
            raise MalformedMessageError("an answer to another question")
        return data

    # --- persistence --------------------------------------------------------------------------------------------

    async def persist(self, server: Server, probe: Probe, timeout: float) -> tuple[Exchange, ...]:
        """All ways within `timeout` seconds in all: UDP, UDP again, then without EDNS and over TCP at once.

        Returns what says something, the best last. A server that stayed silent once is not asked again. The time
        starts when it is the question's turn.
        """
        future: asyncio.Future[tuple[Exchange, ...]] = asyncio.get_running_loop().create_future()
        self.begin(server, probe, timeout, lambda heard: None if future.done() else future.set_result(heard))
        return await future

    def begin(self, server: Server, probe: Probe, timeout: float, heard: Told) -> None:
        """The same, without a task for each question: `heard` is called once. Most need no more than one datagram."""
        self._open()
        self._place(server).take(partial(self._over_udp, server, probe, timeout, heard))

    def _over_udp(self, server: Server, probe: Probe, timeout: float, heard: Told, ends: float = 0.0) -> None:
        """Two attempts; the answer to the first still counts while the second is under way."""
        asked_at, started, where = self._clock(), self._now(), (server.address, server.port)
        ends = ends or started + timeout
        tries: list[int] = []

        def told(how: Heard | Exception) -> None:
            exchange = self._exchange(server, probe, how, asked_at, started)
            if isinstance(how, Heard):
                self._contact.heard(where, how.data, tries)
            if self._contact.is_minded(exchange):
                self._over_udp(server, probe, timeout, heard, ends)
            elif exchange.tc or exchange.rcode in DISLIKES_EDNS or exchange.outcome in UNSAID:
                self._insist(server, probe, timeout, exchange, ends, heard)
            else:
                self._place(server).leave()
                heard((exchange,))

        if where in self.silent or self.sent >= self._budget or self._closed:
            note = BUDGET_SPENT if self.sent >= self._budget else SILENT_BEFORE if where in self.silent else ""
            unasked = Exchange(server, probe, Outcome.TIMEOUT, asked_at=asked_at, note=note)
            self._loop.call_soon(self._give_up, server, heard, unasked)
            return
        again = min(FIRST_TRY_LIMIT, timeout * RETRY_AFTER)
        encoded = partial(self._encoded, probe, tries, self._contact.option(where))
        self._open().begin(self._route(*where), encoded, timeout * OTHER_WAYS_AFTER, again, told)

    def _give_up(self, server: Server, heard: Told, unasked: Exchange) -> None:
        self._place(server).leave()
        heard((unasked,))

    def _insist(self, server: Server, probe: Probe, timeout: float, first: Exchange, ends: float, heard: Told) -> None:
        """One datagram was not enough: the rest in a task."""

        async def rest() -> None:
            exchanges: tuple[Exchange, ...] = (first,)
            try:
                exchanges = await self._otherwise(server, probe, timeout, first, ends)
            finally:
                self._place(server).leave()
                heard(exchanges)

        if self._closed:
            self._give_up(server, heard, first)
            return
        task = self._loop.create_task(rest())
        self._troubled.add(task)
        task.add_done_callback(self._troubled.discard)

    async def _otherwise(
        self, server: Server, probe: Probe, timeout: float, heard: Exchange, ends: float
    ) -> tuple[Exchange, ...]:
        where = (server.address, server.port)
        if heard.rcode in DISLIKES_EDNS or heard.outcome is Outcome.MALFORMED:
            return await self._plainly(server, probe, heard, ends)
        if heard.tc:
            return (heard, await self._by(server, probe, Via.TCP, ends))
        others = await self._other_ways(server, probe, timeout * OTHER_WAYS_AFTER, timeout)
        if not any(e.outcome is not Outcome.TIMEOUT for e in others) and where not in self._answered:
            self.silent.add(where)
        return (heard, *others)

    async def _other_ways(self, server: Server, probe: Probe, spent: float, timeout: float) -> tuple[Exchange, ...]:
        """Without EDNS and over TCP, at the same time; the one that was answered comes last."""
        left = timeout - spent
        ways = (self._attempt(server, replace(probe, via=via), left) for via in (Via.PLAIN, Via.TCP))
        plain, tcp = await asyncio.gather(*ways)
        return (tcp, plain) if plain.outcome.conclusive and not plain.tc else (plain, tcp)

    async def _plainly(self, server: Server, probe: Probe, heard: Exchange, ends: float) -> tuple[Exchange, ...]:
        plain = await self._by(server, probe, Via.PLAIN, ends)
        if plain.tc:
            return (heard, plain, await self._by(server, probe, Via.TCP, ends))
        return (heard, plain) if plain.outcome.conclusive or not heard.rcode else (plain, heard)

    async def _by(self, server: Server, probe: Probe, via: Via, ends: float) -> Exchange:
        left = max(0.1, ends - self._now())
        return await self._attempt(server, replace(probe, via=via), left)


def _read(server: Server, probe: Probe, heard: Heard, asked_at: float) -> Exchange:
    answer = decode(heard.data)
    return Exchange(
        server,
        probe,
        outcome_of(answer, probe),
        answer.rcode,
        answer.aa,
        answer.tc,
        answer.ra,
        answer.ad,
        *answer.sections,
        ede=answer.ede,
        case_kept=not answer.question or answer.question == heard.question,
        edns=answer.edns,
        asked_at=asked_at,
        elapsed_ms=round((heard.heard_at - heard.sent_at) * 1000, 3),
    )

"""`Wire`: one probe of one server, and the persistence that one question deserves."""

from __future__ import annotations

import asyncio
import random
import struct
import time
from collections.abc import Callable
from dataclasses import replace
from types import TracebackType

from unpend.model.records import Exchange, Outcome, Probe, Server, Via
from unpend.observer.wire.message import Query, contact_option, decode, encode, outcome_of
from unpend.observer.wire.names import MalformedMessageError
from unpend.observer.wire.sockets import Heard, PeerUnreachableError, Sockets, echoes

Route = Callable[[str, int], tuple[str, int]]
RETRY_AFTER = 0.3
OTHER_WAYS_AFTER = 0.55
FIRST_TRY_LIMIT = 1.0
DISLIKES_EDNS = frozenset({"FORMERR", "NOTIMP", "BADVERS"})
BUDGET_SPENT = "question budget spent"
SILENT_BEFORE = "silent before"
AT_ONCE_PER_SERVER = 48


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
        self._contact = contact_option(contact)
        self._shy: set[tuple[str, int]] = set()
        self._random = random.SystemRandom()
        self._sockets = sockets
        self._shares_sockets = sockets is not None
        self._places: dict[tuple[str, int], asyncio.Semaphore] = {}
        self._answered: set[tuple[str, int]] = set()
        self.silent: set[tuple[str, int]] = set()
        self.sent = 0

    async def __aenter__(self) -> Wire:
        self._sockets = self._sockets or Sockets(asyncio.get_running_loop())
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._sockets and not self._shares_sockets:
            self._sockets.close()

    # --- one attempt --------------------------------------------------------------------------------------------

    async def ask(self, server: Server, probe: Probe, timeout: float) -> Exchange:
        """Exactly one attempt, in the way that the probe says. Never raises for what the network does."""
        async with self._place(server):
            return await self._attempt(server, probe, timeout)

    def _place(self, server: Server) -> asyncio.Semaphore:
        """At most 48 questions are under way to one server: more at once overflow its socket or its rate limit."""
        return self._places.setdefault((server.address, server.port), asyncio.Semaphore(AT_ONCE_PER_SERVER))

    async def _attempt(self, server: Server, probe: Probe, timeout: float, again: float = 0.0) -> Exchange:
        """One attempt, or over UDP two, `again` seconds apart, of which the first that is answered counts."""
        asked_at = self._clock()
        if self.sent >= self._budget:
            return Exchange(server, probe, Outcome.TIMEOUT, asked_at=asked_at, note=BUDGET_SPENT)
        started = asyncio.get_running_loop().time()
        outcome, note = Outcome.MALFORMED, ""
        try:
            heard = await self._carried(server, probe, timeout, again)
            exchange = _read(server, probe, heard, asked_at + heard.sent_at - started)
            self._answered.add((server.address, server.port))
            return exchange
        except (MalformedMessageError, ValueError) as error:
            note = str(error)
        except PeerUnreachableError as error:
            outcome, note = Outcome.UNREACHABLE, str(error)
        except TimeoutError as error:
            note = str(error)
            outcome = Outcome.MALFORMED if note else Outcome.TIMEOUT
        if outcome is Outcome.MALFORMED:
            self._answered.add((server.address, server.port))
        elapsed = round((asyncio.get_running_loop().time() - started) * 1000, 3)
        return Exchange(server, probe, outcome, asked_at=asked_at, elapsed_ms=elapsed, note=note)

    def _new_id(self) -> int:
        return self._open().new_id()

    def _open(self) -> Sockets:
        if self._sockets is None:
            raise RuntimeError("use `async with Wire()`")
        return self._sockets

    async def _carried(self, server: Server, probe: Probe, timeout: float, again: float) -> Heard:
        peer = self._route(server.address, server.port)
        if probe.via is Via.TCP:
            self.sent += 1
            query, sent_at = encode(probe, self._new_id(), self._random), asyncio.get_running_loop().time()
            data = await self._over_tcp(peer, query, timeout)
            return Heard(data, query.question, sent_at, asyncio.get_running_loop().time())

        where = (server.address, server.port)
        tries: list[bytes] = []

        def encoded() -> Query | None:
            if self.sent >= self._budget:
                return None
            self.sent += 1
            options = self._contact if again and not tries and where not in self._shy else b""
            query = encode(probe, self._new_id(), self._random, options)
            tries.append(query.data[:2])
            return query

        heard = await self._open().ask(peer, encoded, timeout, again)
        if self._contact and heard.data[:2] != tries[0]:
            self._shy.add(where)
        return heard

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
        async with self._place(server):
            return await self._persisted(server, probe, timeout)

    async def _persisted(self, server: Server, probe: Probe, timeout: float) -> tuple[Exchange, ...]:
        where = (server.address, server.port)
        if where in self.silent:
            return (Exchange(server, probe, Outcome.TIMEOUT, asked_at=self._clock(), note=SILENT_BEFORE),)
        ends = asyncio.get_running_loop().time() + timeout
        heard = await self._over_udp(server, probe, timeout)
        if heard.rcode in DISLIKES_EDNS or heard.outcome is Outcome.MALFORMED:
            return await self._plainly(server, probe, heard, ends)
        if heard.tc:
            return (heard, await self._by(server, probe, Via.TCP, ends))
        if heard.outcome is not Outcome.TIMEOUT:
            return (heard,)
        others = await self._other_ways(server, probe, timeout * OTHER_WAYS_AFTER, timeout)
        if not any(e.outcome is not Outcome.TIMEOUT for e in others) and where not in self._answered:
            self.silent.add(where)
        return (heard, *others)

    async def _over_udp(self, server: Server, probe: Probe, timeout: float) -> Exchange:
        """Two attempts; the answer to the first still counts while the second is under way."""
        again = min(FIRST_TRY_LIMIT, timeout * RETRY_AFTER)
        heard = await self._attempt(server, probe, timeout * OTHER_WAYS_AFTER, again)
        if self._minds_the_contact(heard):
            return await self._attempt(server, probe, timeout * OTHER_WAYS_AFTER, again)
        return heard

    def _minds_the_contact(self, heard: Exchange) -> bool:
        """Whether the server said no to a question that named the contact, for the first time."""
        where = (heard.server.address, heard.server.port)
        said_no = not heard.outcome.conclusive and heard.outcome not in {Outcome.TIMEOUT, Outcome.UNREACHABLE}
        if not self._contact or where in self._shy or not said_no:
            return False
        self._shy.add(where)
        return True

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
        left = max(0.1, ends - asyncio.get_running_loop().time())
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

"""The embedded authoritative server of the signing zone: for emulation, the lab, and operators without a name server.

Every answer is read from the store, so that a key is served from the moment it is made. UDP and TCP; no zone transfer.
"""

from __future__ import annotations

import asyncio
import struct
from contextlib import closing, suppress
from typing import Any

import dns.exception
import dns.flags
import dns.message
import dns.name
import dns.opcode
import dns.rcode
import dns.rdataclass
import dns.rdatatype
import dns.rrset

from unpend.engine.signing_zone import TTL
from unpend.model.errors import StoreError, UsageError
from unpend.model.records import presented
from unpend.model.text import Text
from unpend.store.signing_keys import SigningKeys

NEGATIVE_TTL = 60
PAYLOAD = 1232
IDLE = 10.0
CONNECTIONS = 100
WAITING = 1000
IN_USE = Text(
    en="The signing zone cannot be served at {address} port {port}: {reason}.",
    ja="{address} のポート {port} で署名ゾーンを提供できません: {reason}",
)


class SigningServer:
    """Answers for one zone. `name_server` is what its SOA and NS say; by default a name in the zone itself."""

    def __init__(self, zone: str, keys: SigningKeys, where: tuple[str, int], name_server: str = "") -> None:
        self._where = where
        self._stopping = asyncio.Event()
        self._zone = dns.name.from_text(zone)
        self._keys = keys
        primary = name_server or f"ns.{zone}"
        soa = f"{primary} hostmaster.{zone} 1 3600 600 604800 {NEGATIVE_TTL}"
        self._soa = dns.rrset.from_text(zone, NEGATIVE_TTL, "IN", "SOA", soa)
        self._ns = dns.rrset.from_text(zone, TTL, "IN", "NS", primary)

    def respond(self, wire: bytes, *, tcp: bool) -> bytes | None:
        """The response to a query, None for what is no query."""
        try:
            query = dns.message.from_wire(wire)
        except (dns.exception.DNSException, ValueError):
            return None
        if query.flags & dns.flags.QR or len(query.question) != 1:
            return None
        response = dns.message.make_response(query, our_payload=PAYLOAD)
        try:
            self._fill(response, query)
        except StoreError:
            response.set_rcode(dns.rcode.SERVFAIL)
        if tcp:
            return response.to_wire()
        size = min(max(query.payload, 512), PAYLOAD) if query.edns >= 0 else 512
        try:
            return response.to_wire(max_size=size)
        except dns.exception.TooBig:
            response.flags |= dns.flags.TC
            response.answer.clear()
            return response.to_wire()

    def _fill(self, response: dns.message.Message, query: dns.message.Message) -> None:
        asked = query.question[0]
        if query.opcode() != dns.opcode.QUERY:
            response.set_rcode(dns.rcode.NOTIMP)
            return
        if asked.rdclass != dns.rdataclass.IN or not asked.name.is_subdomain(self._zone):
            response.set_rcode(dns.rcode.REFUSED)
            return
        response.flags |= dns.flags.AA
        there, found = self._found(asked.name, asked.rdtype)
        if found is not None:
            response.answer.append(found)
            return
        response.authority.append(self._soa)
        if not there:
            response.set_rcode(dns.rcode.NXDOMAIN)

    def _found(self, name: dns.name.Name, type_: dns.rdatatype.RdataType) -> tuple[bool, dns.rrset.RRset | None]:
        """(whether the name is there, the set asked for)."""
        if name == self._zone:
            sets = {dns.rdatatype.SOA: self._soa, dns.rdatatype.NS: self._ns}
            return True, sets.get(type_)
        labels = name.relativize(self._zone).labels
        token = labels[0].decode("ascii", "replace").lower()
        zone = self._zone.to_text()
        held = [key for key in self._keys.named(token) if key.zone == zone] if len(labels) == 1 else []
        if not held or type_ != dns.rdatatype.TXT:
            return bool(held), None
        return True, dns.rrset.from_text(name, TTL, "IN", "TXT", presented("TXT", held[0].content))

    def stop(self) -> None:
        """Listen no more."""
        self._stopping.set()

    async def run(self) -> None:
        """Listen on UDP and TCP until stopped; UsageError where the address cannot be had."""
        loop, limit = asyncio.get_running_loop(), asyncio.Semaphore(CONNECTIONS)
        try:
            transport, _ = await loop.create_datagram_endpoint(lambda: _Udp(self), self._where)
            with closing(transport):
                async with await asyncio.start_server(lambda r, w: self._connection(r, w, limit), *self._where):
                    await self._stopping.wait()
        except OSError as error:
            reason = error.strerror or str(error)
            raise UsageError(IN_USE.fill(address=self._where[0], port=self._where[1], reason=reason)) from error

    async def _connection(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, limit: asyncio.Semaphore
    ) -> None:
        with suppress(OSError, EOFError, TimeoutError):
            async with limit, asyncio.timeout(IDLE):
                while True:
                    (size,) = struct.unpack("!H", await reader.readexactly(2))
                    answer = await asyncio.to_thread(self.respond, await reader.readexactly(size), tcp=True)
                    if answer is None:
                        break
                    writer.write(struct.pack("!H", len(answer)) + answer)
                    await writer.drain()
        writer.close()


class _Udp(asyncio.DatagramProtocol):
    """Queries are answered in a thread each; beyond a thousand at once they are dropped, as a full socket drops them."""

    def __init__(self, server: SigningServer) -> None:
        self._server = server
        self._waiting: set[asyncio.Task[None]] = set()

    def connection_made(self, transport: Any) -> None:
        self._transport = transport

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        if len(self._waiting) < WAITING:
            task = asyncio.ensure_future(self._answer(data, addr))
            self._waiting.add(task)
            task.add_done_callback(self._waiting.discard)

    async def _answer(self, data: bytes, addr: tuple[str, int]) -> None:
        answer = await asyncio.to_thread(self._server.respond, data, tcp=False)
        if answer is not None:
            self._transport.sendto(answer, addr)

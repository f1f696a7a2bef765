"""One authoritative server of the lab: what it holds, how it misbehaves, and its sockets on loopback."""

from __future__ import annotations

import asyncio
import random
import struct
from dataclasses import dataclass, field
from typing import Protocol

import dns.exception
import dns.flags
import dns.message
import dns.name
import dns.opcode
import dns.rcode
import dns.rdataclass
import dns.rdatatype
import dns.rrset

from unpend.lab.signing import Signer
from unpend.lab.zone import Found, Name, Zone

PAYLOAD = 1232
IN = dns.rdataclass.IN
HUNG_UP_AFTER = 10.0


@dataclass(slots=True)
class Held:
    """A zone at one server, signed or not."""

    zone: Zone
    signer: Signer | None = None


@dataclass(slots=True)
class LabServer:
    """A server: its zones by apex, and what it does wrong."""

    name: str
    address: str
    zones: dict[Name, Held] = field(default_factory=dict)
    elsewhere: dict[Name, Held] = field(default_factory=dict)
    does: set[str] = field(default_factory=set)
    slow: float = 0.0
    loss: float = 0.0
    turn: int = 0

    # --- answers ------------------------------------------------------------------------------------------------

    def respond(self, data: bytes, *, tcp: bool = False, ours: bool = True) -> bytes | None:
        """The response to a query, or None for silence. `ours` is False for the lab's own resolvers."""
        try:
            query = dns.message.from_wire(data)
        except (dns.exception.DNSException, ValueError):
            return None
        if self._keeps_silent(query, tcp=tcp, ours=ours):
            return None
        response = self._answered(query, ours=ours)
        return self._rendered(query, response, tcp=tcp)

    def _keeps_silent(self, query: dns.message.Message, *, tcp: bool, ours: bool) -> bool:
        does = self.does
        question = query.question[0]
        return (
            "silent" in does
            or "dead" in does
            or ("silent-to-us" in does and ours)
            or (tcp and bool({"no-tcp", "truncate-no-tcp"} & does))
            or ("silent-edns" in does and query.edns >= 0)
            or ("txt-silent" in does and question.rdtype == dns.rdatatype.TXT)
            or ("drop-mixed-case" in does and question.name.to_text() != question.name.to_text().lower())
            or (self.loss > 0 and random.random() < self.loss)
        )

    def _answered(self, query: dns.message.Message, *, ours: bool) -> dns.message.Message:
        response = dns.message.make_response(query, our_payload=PAYLOAD)
        trouble = self._trouble(query, ours=ours)
        if trouble is not None:
            response.set_rcode(trouble)
            if trouble == dns.rcode.FORMERR:
                response.use_edns(-1)
            return response
        if "upward" in self.does:
            response.authority.append(dns.rrset.from_text(".", 518400, "IN", "NS", "a.root-servers.net."))
            return response
        name, rdtype = query.question[0].name, query.question[0].rdtype
        held = self._zone_for(name, rdtype, ours=ours)
        if held is None:
            response.set_rcode(dns.rcode.REFUSED)
            return response
        self._fill(response, held, name, rdtype, bool(query.ednsflags & dns.flags.DO))
        return response

    def _trouble(self, query: dns.message.Message, *, ours: bool) -> dns.rcode.Rcode | None:
        does = self.does
        if "refused" in does or ("refuse-us" in does and ours):
            return dns.rcode.REFUSED
        if "servfail" in does or ("txt-servfail" in does and query.question[0].rdtype == dns.rdatatype.TXT):
            return dns.rcode.SERVFAIL
        if query.edns >= 0 and "formerr-edns" in does:
            return dns.rcode.FORMERR
        return dns.rcode.BADVERS if query.edns >= 0 and "badvers" in does else None

    def _zone_for(self, name: Name, rdtype: dns.rdatatype.RdataType, *, ours: bool) -> Held | None:
        if "not-loaded" in self.does:
            return None
        zones = self.zones if ours else {**self.zones, **self.elsewhere}
        held = [z for z in zones if name.is_subdomain(z)]
        if rdtype == dns.rdatatype.DS and len(held) > 1:
            held = [z for z in held if z != name]
        return zones[max(held, key=lambda z: len(z.labels))] if held else None

    # --- sections -----------------------------------------------------------------------------------------------

    def _fill(
        self, response: dns.message.Message, held: Held, name: Name, rdtype: dns.rdatatype.RdataType, do: bool
    ) -> None:
        if held.signer and rdtype == dns.rdatatype.DNSKEY and name == held.zone.apex:
            found = Found("answer", [held.signer.dnskey()])
        else:
            found = held.zone.find(name, rdtype)
        if found.kind == "referral":
            self._refer(response, held, found, do)
            return
        if "no-aa" not in self.does:
            response.flags |= dns.flags.AA
        signer = held.signer if do else None
        for rrset in found.rrsets:
            response.answer.append(rrset)
            if signer and found.kind == "answer":
                response.answer += signer.signatures(rrset, found.wildcard)
        self._add_addresses(response, held.zone, found)
        if signer and found.wildcard and found.rrsets:
            response.authority += signer.denial(name, exists=False)
        if found.kind in {"nodata", "nxdomain"}:
            self._deny(response, held.zone, found, name, signer)
        self._misdo(response, held, name)

    def _add_addresses(self, response: dns.message.Message, zone: Zone, found: Found) -> None:
        """The addresses of name servers that are answered (RFC 1034 section 4.3.2, step 6): resolvers prime by them."""
        for target in (rdata.target for rrset in found.rrsets if rrset.rdtype == dns.rdatatype.NS for rdata in rrset):
            response.additional += zone.sets(target, dns.rdatatype.A)

    def _deny(self, response: dns.message.Message, zone: Zone, found: Found, name: Name, signer: Signer | None) -> None:
        soa = dns.rrset.from_rdata_list(zone.apex, min(zone.soa.ttl, zone.soa[0].minimum), list(zone.soa))
        response.authority.append(soa)
        if found.kind == "nxdomain":
            response.set_rcode(dns.rcode.NXDOMAIN)
        if signer:
            response.authority += signer.signatures(soa)
            response.authority += signer.denial(name, exists=found.kind == "nodata" and found.wildcard is None)

    def _refer(self, response: dns.message.Message, held: Held, found: Found, do: bool) -> None:
        ns = found.rrsets[0]
        response.authority.append(ns)
        cut = found.cut or ns.name
        if do and held.signer:
            ds = held.zone.set(cut, dns.rdatatype.DS)
            proof = [ds, *held.signer.signatures(ds)] if ds else held.signer.denial(cut, exists=True)
            response.authority += proof
        for target in ns:
            for rdtype in (dns.rdatatype.A, dns.rdatatype.AAAA):
                response.additional += held.zone.sets(target.target, rdtype)

    def _misdo(self, response: dns.message.Message, held: Held, name: Name) -> None:
        if "rotate" in self.does and len(response.answer) > 1:
            self.turn += 1
            response.answer = [response.answer[self.turn % len(response.answer)]]
        if "huge" in self.does:
            big = [f'"{"x" * 250}"' for _ in range(200)]
            response.answer = [
                dns.rrset.from_text(name, 60, "IN", "TXT", *(f'{b[:-1]}{i}"' for i, b in enumerate(big)))
            ]
        if "loop-referral" in self.does:
            response.flags &= ~dns.flags.AA
            response.answer.clear()
            response.authority[:] = [dns.rrset.from_text(held.zone.apex, 60, "IN", "NS", f"{self.name}.")]

    # --- bytes --------------------------------------------------------------------------------------------------

    def _rendered(self, query: dns.message.Message, response: dns.message.Message, *, tcp: bool) -> bytes:
        if "garbage" in self.does:
            return query.id.to_bytes(2, "big") + b"\x80\x00\xff\xffgarbage"
        if "wrong-id" in self.does:
            response.id = (query.id + 1) & 0xFFFF
        if "wrong-question" in self.does:
            response.question = [dns.rrset.RRset(dns.name.from_text("other.example."), IN, response.question[0].rdtype)]
        if "lower-case" in self.does:
            lowered = dns.name.from_text(response.question[0].name.to_text().lower())
            response.question = [dns.rrset.RRset(lowered, IN, response.question[0].rdtype)]
        limit = 65535 if tcp else (query.payload if query.edns >= 0 else 512)
        try:
            if "truncate-no-tcp" in self.does:
                raise dns.exception.TooBig
            return response.to_wire(max_size=limit)
        except dns.exception.TooBig:
            short = dns.message.make_response(query, our_payload=PAYLOAD)
            short.flags |= dns.flags.TC | (response.flags & dns.flags.AA)
            return short.to_wire()


class Responder(Protocol):
    """Whatever answers queries: an authoritative server or a resolver."""

    does: set[str]
    slow: float

    def respond(self, data: bytes, *, tcp: bool = False) -> bytes | None: ...


class Endpoint(asyncio.DatagramProtocol):
    """A server's UDP and TCP sockets."""

    def __init__(self, server: Responder, latency: float, loss: float) -> None:
        self._server = server
        self._latency = latency
        self._loss = loss
        self._transport: asyncio.DatagramTransport | None = None
        self._listener: asyncio.Server | None = None
        self._talking: set[asyncio.Task[None]] = set()
        self.port = 0

    async def open(self, address: str, port: int) -> int:
        """Bind; the port that was taken. OSError where the address or the port is not to be had."""
        loop = asyncio.get_running_loop()
        if "dead" not in self._server.does:
            self._listener = await asyncio.start_server(self._serve, address, port)
            port = self._listener.sockets[0].getsockname()[1]
            await loop.create_datagram_endpoint(lambda: self, (address, port))
        self.port = port
        return port

    async def close(self) -> None:
        if self._transport:
            self._transport.close()
        if self._listener:
            self._listener.close()
        for task in self._talking:
            task.cancel()
        await asyncio.gather(*self._talking, return_exceptions=True)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport  # type: ignore[assignment]
        transport.max_size = 65536  # type: ignore[attr-defined]

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        if self._loss and random.random() < self._loss:
            return
        wait = 2 * self._latency + self._server.slow
        if wait:
            asyncio.get_running_loop().call_later(wait, self._reply, data, addr)
        else:
            self._reply(data, addr)

    def _reply(self, data: bytes, addr: tuple[str, int]) -> None:
        response = self._server.respond(data)
        if response is not None and self._transport and not self._transport.is_closing():
            self._transport.sendto(response, addr)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        if task:
            self._talking.add(task)
            task.add_done_callback(self._talking.discard)
        try:
            await self._converse(reader, writer)
        except (asyncio.IncompleteReadError, ConnectionError, asyncio.CancelledError):
            pass
        finally:
            writer.close()

    async def _converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        length = int.from_bytes(await reader.readexactly(2), "big")
        data = await reader.readexactly(length)
        await asyncio.sleep(2 * self._latency + self._server.slow)
        response = self._server.respond(data, tcp=True)
        if response is not None:
            writer.write(struct.pack("!H", len(response)) + response)
            await writer.drain()
        elif not {"no-tcp", "truncate-no-tcp"} & self._server.does:
            await asyncio.sleep(HUNG_UP_AFTER)

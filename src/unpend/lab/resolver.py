"""A recursive resolver of the lab: iterates over its servers; positive, negative and delegation caches."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace

import dns.edns
import dns.exception
import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.rdatatype
import dns.rrset

from unpend.lab.server import LabServer
from unpend.lab.validation import Bogus, Validator
from unpend.lab.zone import Name, RRset

STEPS = 30
CHAIN = 8
NEGATIVE_CAP = 3600
NO_REACHABLE_AUTHORITY = 22

Key = tuple[Name, dns.rdatatype.RdataType]


@dataclass(frozen=True, slots=True)
class Known:
    """What is remembered of a question, until `expires`; `ede` where it failed."""

    rcode: dns.rcode.Rcode
    answer: tuple[RRset, ...]
    authority: tuple[RRset, ...]
    expires: float
    secure: bool = False
    ede: tuple[int, str] | None = None


@dataclass(slots=True)
class Delegation:
    """A zone's name servers as remembered."""

    zone: Name
    servers: tuple[str, ...]
    expires: float


@dataclass(slots=True)
class LabResolver:
    """Asks `servers` by name in process. `now` is the lab's clock."""

    name: str
    address: str
    servers: dict[str, LabServer]
    roots: tuple[str, ...]
    now: Callable[[], float]
    validates: bool = False
    private: dict[Key, tuple[RRset, ...]] = field(default_factory=dict)
    does: set[str] = field(default_factory=set)
    slow: float = 0.0
    cache: dict[Key, Known] = field(default_factory=dict)
    delegations: dict[Name, Delegation] = field(default_factory=dict)

    def flush(self) -> None:
        """Forget everything."""
        self.cache.clear()
        self.delegations.clear()

    # --- the service --------------------------------------------------------------------------------------------

    def respond(self, data: bytes, *, tcp: bool = False) -> bytes | None:
        """The response to a query."""
        try:
            query = dns.message.from_wire(data)
        except (dns.exception.DNSException, ValueError):
            return None
        if "silent" in self.does:
            return None
        response = dns.message.make_response(query, recursion_available=True, our_payload=1232)
        name, rdtype = query.question[0].name, query.question[0].rdtype
        if "refused" in self.does or "servfail" in self.does:
            response.set_rcode(dns.rcode.REFUSED if "refused" in self.does else dns.rcode.SERVFAIL)
            return response.to_wire()
        if (name, rdtype) in self.private:
            response.flags |= dns.flags.AA
            response.answer.extend(self.private[(name, rdtype)])
            return response.to_wire()
        self._fill(response, self.resolve(name, rdtype, bool(query.flags & dns.flags.CD)), query)
        limit = 65535 if tcp else max(512, query.payload)
        try:
            return response.to_wire(max_size=limit)
        except dns.exception.TooBig:
            response.answer.clear()
            response.authority.clear()
            response.flags |= dns.flags.TC
            return response.to_wire()

    def _fill(self, response: dns.message.Message, known: Known, query: dns.message.Message) -> None:
        response.set_rcode(known.rcode)
        left = max(0, int(known.expires - self.now()))
        wanted = bool(query.ednsflags & dns.flags.DO)
        for section, rrsets in ((response.answer, known.answer), (response.authority, known.authority)):
            for rrset in rrsets:
                if wanted or rrset.rdtype not in {dns.rdatatype.RRSIG, dns.rdatatype.NSEC} or rrset in known.answer[:1]:
                    section.append(dns.rrset.from_rdata_list(rrset.name, min(left, rrset.ttl), list(rrset)))
        if known.secure:
            response.flags |= dns.flags.AD
        if known.ede and query.edns >= 0:
            option = dns.edns.EDEOption(dns.edns.EDECode(known.ede[0]), known.ede[1])
            response.use_edns(0, payload=1232, options=[option])

    # --- resolution ---------------------------------------------------------------------------------------------

    def resolve(self, name: Name, rdtype: dns.rdatatype.RdataType, cd: bool = False, chain: int = 0) -> Known:
        """The answer from the cache or the lab's servers, CNAMEs followed, validated unless CD is set."""
        key = (_lower(name), rdtype)
        known = self.cache.get(key)
        if known is None or known.expires <= self.now():
            known = self._iterate(*key)
            self.cache[key] = known
        if known.ede and cd:
            known = replace(self._iterate(*key, validate=False), ede=None)
        cname = next((r for r in known.answer if r.rdtype == dns.rdatatype.CNAME), None)
        if cname is None or rdtype == dns.rdatatype.CNAME or chain >= CHAIN:
            if cname is not None and chain >= CHAIN:
                return self._failed((NO_REACHABLE_AUTHORITY, "CNAME loop"))
            return known
        further = self.resolve(cname[0].target, rdtype, cd, chain + 1)
        return replace(
            further,
            answer=(*known.answer, *further.answer),
            expires=min(known.expires, further.expires),
            secure=known.secure and further.secure,
        )

    def _iterate(self, name: Name, rdtype: dns.rdatatype.RdataType, validate: bool = True) -> Known:
        above = name.parent() if rdtype == dns.rdatatype.DS and name != dns.name.root else name
        for _ in range(STEPS):
            zone, servers = self._closest(above)
            message = self._ask(servers, name, rdtype)
            if message is None:
                return self._failed((NO_REACHABLE_AUTHORITY, f"at delegation {zone}"))
            if not self._follow(message, zone, name):
                return self._judged(message, zone, name, rdtype, validate)
        return self._failed((NO_REACHABLE_AUTHORITY, "too many referrals"))

    def _closest(self, name: Name) -> tuple[Name, tuple[str, ...]]:
        for depth in range(len(name.labels), 0, -1):
            zone = name.split(depth)[1]
            known = self.delegations.get(zone)
            if known and known.expires > self.now():
                return zone, known.servers
        return dns.name.root, self.roots

    def _ask(self, servers: tuple[str, ...], name: Name, rdtype: dns.rdatatype.RdataType) -> dns.message.Message | None:
        for server in servers:
            found = self.servers.get(server)
            if found is None:
                continue
            for edns in (True, False):
                query = dns.message.make_query(name, rdtype, use_edns=edns, want_dnssec=edns)
                query.flags &= ~dns.flags.RD
                wire = found.respond(query.to_wire(), tcp=True, ours=False) or found.respond(
                    query.to_wire(), ours=False
                )
                message = _parsed(wire, query)
                if message is not None:
                    return message
        return None

    def _follow(self, message: dns.message.Message, zone: Name, name: Name) -> bool:
        """Take a referral to a zone below; whether it was one."""
        ns = next((r for r in message.authority if r.rdtype == dns.rdatatype.NS), None)
        if ns is None or message.answer or not (ns.name.is_subdomain(zone) and name.is_subdomain(ns.name)):
            return False
        if ns.name == zone or any(r.rdtype == dns.rdatatype.SOA for r in message.authority):
            return False
        servers = tuple(_lower(rdata.target).to_text(omit_final_dot=True) for rdata in ns)
        self.delegations[ns.name] = Delegation(ns.name, servers, self.now() + ns.ttl)
        return True

    def _judged(
        self, message: dns.message.Message, zone: Name, name: Name, rdtype: dns.rdatatype.RdataType, validate: bool
    ) -> Known:
        soa = next((r for r in message.authority if r.rdtype == dns.rdatatype.SOA), None)
        positive = [r.ttl for r in message.answer]
        ttl = min(positive) if positive else min(NEGATIVE_CAP, soa.ttl, soa[0].minimum) if soa else 5
        answer = tuple(r for r in message.answer if r.name == name or r.rdtype == dns.rdatatype.DNAME)
        known = Known(message.rcode(), answer, tuple(message.authority), self.now() + ttl)
        if message.rcode() not in {dns.rcode.NOERROR, dns.rcode.NXDOMAIN}:
            return self._failed((NO_REACHABLE_AUTHORITY, f"{dns.rcode.to_text(message.rcode())} at {zone}"))
        if not (self.validates and validate):
            return known
        try:
            return replace(known, secure=Validator(self).check(message, zone, name, rdtype))
        except Bogus as error:
            return self._failed((error.code, error.text))

    def _failed(self, ede: tuple[int, str]) -> Known:
        return Known(dns.rcode.SERVFAIL, (), (), self.now() + 1, ede=ede)


def _lower(name: Name) -> Name:
    return dns.name.from_text(name.to_text().lower())


def _parsed(wire: bytes | None, query: dns.message.Message) -> dns.message.Message | None:
    if wire is None:
        return None
    try:
        message = dns.message.from_wire(wire)
    except (dns.exception.DNSException, ValueError):
        return None
    usable = message.rcode() in {dns.rcode.NOERROR, dns.rcode.NXDOMAIN}
    lame = not message.flags & dns.flags.AA and not any(r.rdtype == dns.rdatatype.NS for r in message.authority)
    return message if query.is_response(message) and usable and not lame and not message.flags & dns.flags.TC else None

"""DNSSEC of the lab: keys, signatures and denials made when they are asked for, and the ways in which they break."""

from __future__ import annotations

import time
from bisect import bisect_right
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import dns.dnssec
import dns.dnssectypes
import dns.name
import dns.rdata
import dns.rdatatype
import dns.rrset
from cryptography.hazmat.primitives.asymmetric import ec

from unpend.lab.zone import Name, RRset, Zone

DAY = 86400


@cache
def key_for(label: str) -> tuple[Any, Any]:
    """A P-256 key pair for a zone, the same for the life of the process: (private key, DNSKEY rdata)."""
    private = ec.generate_private_key(ec.SECP256R1())
    return private, dns.dnssec.make_dnskey(private.public_key(), dns.dnssectypes.Algorithm.ECDSAP256SHA256, flags=257)


def ds_of(zone: Name, label: str, algorithm: str = "SHA256") -> str:
    """The DS of a zone's key as text."""
    return str(dns.dnssec.make_ds(zone, key_for(label)[1], algorithm))


@dataclass(slots=True)
class Signer:
    """Signs one zone. `broken` is "", "expired", "missing-rrsig", "bad-signature" or "bad-denial"."""

    zone: Zone
    label: str
    broken: str = ""
    _made: dict[tuple[int, str, str], RRset] = field(default_factory=dict)
    _order: tuple[int, list[Name]] = (-1, [])

    def dnskey(self) -> RRset:
        """The zone's DNSKEY set."""
        return dns.rrset.from_rdata(self.zone.apex, 3600, key_for(self.label)[1])

    def signatures(self, rrset: RRset, wildcard: Name | None = None) -> list[RRset]:
        """The RRSIG set of a record set; of the wildcard it was expanded from (RFC 4035 section 2.2)."""
        if self.broken == "missing-rrsig" and rrset.rdtype != dns.rdatatype.DNSKEY:
            return []
        key = (self.zone.version, str(wildcard or rrset.name), f"{rrset.rdtype}/{sorted(map(str, rrset))}")
        if key not in self._made:
            self._made[key] = self._sign(rrset, wildcard)
        made = self._made[key]
        return [dns.rrset.from_rdata_list(rrset.name, made.ttl, list(made))]

    def _sign(self, rrset: RRset, wildcard: Name | None) -> RRset:
        subject = dns.rrset.from_rdata_list(wildcard, rrset.ttl, list(rrset)) if wildcard else rrset
        now = int(time.time())
        past = self.broken == "expired"
        private, dnskey = key_for(self.label)
        rrsig = dns.dnssec.sign(
            subject,
            private,
            self.zone.apex,
            dnskey,
            inception=now - (40 if past else 2) * DAY,
            expiration=now - 10 * DAY if past else now + 30 * DAY,
        )
        if self.broken == "bad-signature" and rrset.rdtype != dns.rdatatype.DNSKEY:
            broken = bytes([rrsig.signature[0] ^ 1]) + rrsig.signature[1:]
            return dns.rrset.from_rdata(subject.name, rrset.ttl, rrsig.replace(signature=broken))
        return dns.rrset.from_rdata(subject.name, rrset.ttl, rrsig)

    def to_text(self) -> str:
        """The whole signed zone as master-file text, for servers that do not sign."""
        lines: list[RRset] = [self.dnskey(), *self.signatures(self.dnskey())]
        signed = set(self._owners())
        for owner, held in self.zone.nodes.items():
            delegated = owner != self.zone.apex and self.zone.set(owner, dns.rdatatype.NS) is not None
            for rrset in held:
                lines.append(rrset)
                if owner in signed and (not delegated or rrset.rdtype == dns.rdatatype.DS):
                    lines += self.signatures(rrset)
            if owner in signed and self.broken != "bad-denial":
                lines += [self.nsec(owner), *self.signatures(self.nsec(owner))]
        return "\n".join(rrset.to_text() for rrset in lines) + "\n"

    # --- denial (NSEC, RFC 4034 section 4, RFC 4035 section 3.1.3) ----------------------------------------------

    def denial(self, name: Name, *, exists: bool) -> list[RRset]:
        """The NSEC sets, signed, that prove that a name or a type is not there."""
        if self.broken == "bad-denial":
            return []
        owners = {self._owner_before(name)}
        if not exists:
            encloser = name.parent()
            while not self.zone.exists(encloser):
                encloser = encloser.parent()
            owners.add(self._owner_before(dns.name.Name((b"*", *encloser.labels))))
        out: list[RRset] = []
        for owner in sorted(owners):
            nsec = self.nsec(owner)
            out += [nsec, *self.signatures(nsec)]
        return out

    def _owners(self) -> list[Name]:
        """The names of the zone's own in canonical order, worked out once for each version of it."""
        if self._order[0] != self.zone.version:
            self._order = (self.zone.version, self._ordered())
        return self._order[1]

    def _ordered(self) -> list[Name]:
        cuts = [n for n, sets in self.zone.nodes.items() if n != self.zone.apex and self.zone.set(n, dns.rdatatype.NS)]
        return sorted(n for n in self.zone.nodes if not any(n != c and n.is_subdomain(c) for c in cuts))

    def _owner_before(self, name: Name) -> Name:
        owners = self._owners()
        at = bisect_right(owners, name)
        return owners[at - 1] if at else self.zone.apex

    def nsec(self, owner: Name) -> RRset:
        """The NSEC of an existing name."""
        owners = self._owners()
        following = owners[(owners.index(owner) + 1) % len(owners)]
        types = {r.rdtype for r in self.zone.nodes[owner]} | {dns.rdatatype.RRSIG, dns.rdatatype.NSEC}
        if owner == self.zone.apex:
            types.add(dns.rdatatype.DNSKEY)
        shown = " ".join(dns.rdatatype.to_text(t) for t in sorted(types))
        minimum = self.zone.soa[0].minimum
        return dns.rrset.from_text(owner, minimum, "IN", "NSEC", f"{following} {shown}")

"""DNSSEC validation as the lab's resolvers do it (RFC 4035 section 5), with the extended error that says why not."""

from __future__ import annotations

from typing import TYPE_CHECKING

import dns.dnssec
import dns.exception
import dns.message
import dns.name
import dns.rdatatype
import dns.rrset

from unpend.lab.signing import key_for
from unpend.lab.zone import Name, RRset

if TYPE_CHECKING:
    from unpend.lab.resolver import LabResolver

BOGUS, EXPIRED, DNSKEY_MISSING, RRSIGS_MISSING, NSEC_MISSING = 6, 7, 9, 10, 12


class Bogus(Exception):  # noqa: N818
    """The data is forged or broken: an extended DNS error (RFC 8914)."""

    def __init__(self, code: int, text: str) -> None:
        super().__init__(text)
        self.code = code
        self.text = text


class Validator:
    """Validates one answer with the resolver's own look-ups."""

    def __init__(self, resolver: LabResolver) -> None:
        self._resolver = resolver

    def check(self, message: dns.message.Message, zone: Name, name: Name, rdtype: dns.rdatatype.RdataType) -> bool:
        """True if the answer is secure, False if the zone is unsigned; Bogus if it must not be believed."""
        zone = self._signer(message, zone)
        keys = self.keys(zone)
        if keys is None:
            return False
        if rdtype == dns.rdatatype.DNSKEY:
            return True
        if message.answer:
            for rrset in message.answer:
                if rrset.rdtype != dns.rdatatype.RRSIG and rrset.name == name:
                    self._verify(rrset, message.answer, zone, keys)
            return True
        nsec = [r for r in message.authority if r.rdtype == dns.rdatatype.NSEC]
        for rrset in message.authority:
            if rrset.rdtype in {dns.rdatatype.SOA, dns.rdatatype.NSEC}:
                self._verify(rrset, message.authority, zone, keys)
        if not nsec:
            raise Bogus(NSEC_MISSING, f"no proof that {name} does not exist")
        return True

    @staticmethod
    def _signer(message: dns.message.Message, zone: Name) -> Name:
        """The zone that answered: the SOA's or the signature's, where a server holds parent and child."""
        for rrset in (*message.answer, *message.authority):
            if rrset.rdtype == dns.rdatatype.RRSIG and rrset[0].signer.is_subdomain(zone):
                return _as_name(rrset[0].signer)
            if rrset.rdtype == dns.rdatatype.SOA and rrset.name.is_subdomain(zone):
                return rrset.name
        return zone

    def keys(self, zone: Name) -> dict[Name, RRset] | None:
        """The zone's validated keys, or None if it is not signed (no DS at its parent)."""
        if zone == dns.name.root:
            anchor = dns.rrset.from_rdata(zone, 3600, key_for(".")[1])
            return {zone: anchor}
        ds = self._ds(zone)
        if ds is None:
            return None
        message = self._resolver._ask(self._servers(zone), zone, dns.rdatatype.DNSKEY)
        dnskey = next((r for r in message.answer if r.rdtype == dns.rdatatype.DNSKEY), None) if message else None
        if message is None or dnskey is None:
            raise Bogus(DNSKEY_MISSING, f"no DNSKEY at {zone}")
        matching = [k for k in dnskey if any(dns.dnssec.make_ds(zone, k, d.digest_type) == d for d in ds)]
        if not matching:
            raise Bogus(DNSKEY_MISSING, f"no DNSKEY of {zone} matches the DS")
        trusted = dns.rrset.from_rdata_list(zone, dnskey.ttl, matching)
        self._verify(dnskey, message.answer, zone, {zone: trusted})
        return {zone: dnskey}

    def _servers(self, zone: Name) -> tuple[str, ...]:
        return self._resolver._closest(zone)[1]

    def _ds(self, zone: Name) -> RRset | None:
        parent_zone = self._parent(zone)
        keys = self.keys(parent_zone)
        if keys is None:
            return None
        servers = self._resolver._closest(zone.parent())[1]
        message = self._resolver._ask(servers, zone, dns.rdatatype.DS)
        ds = next((r for r in message.answer if r.rdtype == dns.rdatatype.DS), None) if message else None
        if message is not None and ds is not None:
            self._verify(ds, message.answer, parent_zone, keys)
        return ds

    def _parent(self, zone: Name) -> Name:
        return self._resolver._closest(zone.parent())[0]

    def _verify(self, rrset: RRset, section: list[RRset], zone: Name, keys: dict[Name, RRset]) -> None:
        rrsig = next(
            (
                r
                for r in section
                if r.rdtype == dns.rdatatype.RRSIG and r.name == rrset.name and r.covers == rrset.rdtype
            ),
            None,
        )
        if rrsig is None:
            raise Bogus(RRSIGS_MISSING, f"no signature over {rrset.name} {dns.rdatatype.to_text(rrset.rdtype)}")
        now = self._resolver.now()
        if all(r.expiration < now for r in rrsig):
            raise Bogus(EXPIRED, f"the signature over {rrset.name} has expired")
        try:
            dns.dnssec.validate(rrset, rrsig, dict(keys.items()), now=now)
        except dns.exception.DNSException as error:
            raise Bogus(BOGUS, f"{rrset.name}: {error}") from error


def _as_name(value: object) -> Name:
    if not isinstance(value, Name):
        raise TypeError(value)
    return value

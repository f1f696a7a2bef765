"""A small signed zone for tests: keys, signatures and NSEC made by dnspython, as records and exchanges."""

from __future__ import annotations

from functools import cache

import dns.dnssec
import dns.name
import dns.rdataclass
import dns.rdatatype
import dns.rrset
from cryptography.hazmat.primitives.asymmetric import ec
from dns.dnssectypes import Algorithm
from dns.rdtypes.ANY.DNSKEY import DNSKEY
from world import NOW

from unpend.model.records import Record

ZONE = "example.com."
DAY = 86400
INCEPTION = int(NOW) - DAY
EXPIRATION = int(NOW) + 10 * DAY


@cache
def key(label: str) -> tuple[ec.EllipticCurvePrivateKey, DNSKEY]:
    """A key pair; another label is another key."""
    private = ec.generate_private_key(ec.SECP256R1())
    return private, dns.dnssec.make_dnskey(private.public_key(), Algorithm.ECDSAP256SHA256, flags=257)


def dnskey(label: str = "a") -> Record:
    """The DNSKEY of a key."""
    return Record(ZONE, "DNSKEY", 3600, str(key(label)[1]))


def ds(label: str = "a", digest: str = "SHA256") -> Record:
    """The DS of a key."""
    return Record(ZONE, "DS", 3600, dns.dnssec.make_ds(dns.name.from_text(ZONE), key(label)[1], digest).to_text())


def sign(
    *records: Record, label: str = "a", owner: str = "", inception: int = INCEPTION, expiration: int = EXPIRATION
) -> Record:
    """The RRSIG over one record set; `owner` is the wildcard that it was expanded from."""
    first = records[0]
    rrset = dns.rrset.from_text_list(owner or first.name, first.ttl, "IN", first.type, [r.value for r in records])
    private, public = key(label)
    rrsig = dns.dnssec.sign(
        rrset,
        private,
        dns.name.from_text(ZONE),
        public,
        inception=inception,
        expiration=expiration,
    )
    return Record(first.name, "RRSIG", first.ttl, rrsig.to_text())


def signed(*records: Record, label: str = "a") -> tuple[Record, ...]:
    """A record set with its signature."""
    return (*records, sign(*records, label=label))


def nsec(owner: str, next_: str, types: str = "A RRSIG NSEC") -> Record:
    """An NSEC record."""
    return Record(owner, "NSEC", 900, f"{next_} {types}")

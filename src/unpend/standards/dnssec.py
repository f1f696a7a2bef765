"""Validates what a zone's servers sent: DS, DNSKEY and RRSIG (RFC 4034, RFC 4035 section 5). Pure; the time is given.

dnspython does the arithmetic and is imported only when a zone is signed: an unsigned one pays nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import TYPE_CHECKING

from unpend.model.names import is_under, labels
from unpend.model.records import Record

if TYPE_CHECKING:
    import dns.rdata
    import dns.rrset
    from dns.rdtypes.ANY.DNSKEY import DNSKEY
    from dns.rdtypes.ANY.DS import DS
    from dns.rdtypes.ANY.RRSIG import RRSIG

SHA256 = 2
ZONE_KEY = 0x100
SECURE_ENTRY_POINT = 0x1
# RFC 8624 section 3.1 and 3.3: what every validator can check; a delegation with nothing of it counts as unsigned.
ALGORITHMS = frozenset({5, 7, 8, 10, 13, 14, 15, 16})
DIGESTS = frozenset({1, 2, 4})
REMEMBERED = 1024  # record sets and records, some kilobytes each at most


class Flaw(StrEnum):
    """Why a validator refuses an answer."""

    DS_MATCHES_NO_KEY = "ds-matches-no-key"
    SIGNATURE_MISSING = "signature-missing"
    SIGNATURE_EXPIRED = "signature-expired"
    NOT_YET_VALID = "not-yet-valid"
    SIGNATURE_BAD = "signature-bad"
    DENIAL_BROKEN = "denial-broken"


@dataclass(frozen=True, slots=True)
class Keys:
    """The keys of a zone that may be trusted, or the flaw for which none may."""

    zone: str
    trusted: tuple[Record, ...] = ()
    flaw: Flaw | None = None


def supported(ds: Iterable[Record]) -> bool:
    """Whether a validator can use any of these DS records; else the zone counts as unsigned (RFC 4035 section 5.2)."""
    return bool(_usable(ds))


def trusted_keys(zone: str, ds: Sequence[Record], answer: Sequence[Record], now: float) -> Keys:
    """The zone's keys, if a key that the parent's DS names signs the whole set (RFC 4035 section 5.2)."""
    keys = tuple(r for r in answer if r.type == "DNSKEY" and r.name == zone)
    anchors = tuple(k for k in keys if any(_names(d, k) for d in _usable(ds)))
    if not anchors:
        return Keys(zone, flaw=Flaw.DS_MATCHES_NO_KEY)
    flaw = check(keys, signatures(answer, zone, "DNSKEY"), Keys(zone, anchors), now)
    return Keys(zone, flaw=flaw) if flaw else Keys(zone, keys)


def self_signed(zone: str, answer: Sequence[Record], now: float) -> tuple[Record, ...]:
    """The entry-point keys with which the zone really signs its key set: what a right DS would have to name."""
    keys = tuple(r for r in answer if r.type == "DNSKEY" and r.name == zone)
    found = signatures(answer, zone, "DNSKEY")
    entries = [k for k in keys if _key(k).flags & (ZONE_KEY | SECURE_ENTRY_POINT) == ZONE_KEY | SECURE_ENTRY_POINT]
    return tuple(k for k in entries or keys if check(keys, found, Keys(zone, (k,)), now) is None)


def ds_of(key: Record) -> str:
    """The DS that names this key, with SHA-256 (RFC 4509)."""
    import dns.dnssec
    import dns.name

    return dns.dnssec.make_ds(dns.name.from_text(key.name), _key(key), "SHA256").to_text()


def signatures(section: Iterable[Record], name: str, type_: str) -> tuple[Record, ...]:
    """The RRSIG records over one record set."""
    return tuple(r for r in section if r.type == "RRSIG" and r.name == name and r.value.split(None, 1)[0] == type_)


def check(rrset: Sequence[Record], found: Sequence[Record], keys: Keys, now: float) -> Flaw | None:
    """Whether one of the signatures over a record set holds; the best reason why none does."""
    if not found:
        return Flaw.SIGNATURE_MISSING
    flaws = [_flaw(rrset, signature, keys, now) for signature in found]
    return None if None in flaws else min((f for f in flaws if f), key=_TELLING.index)


def record_sets(section: Iterable[Record], zone: str) -> dict[tuple[str, str], tuple[Record, ...]]:
    """The record sets of a section that the zone has to sign; a CNAME made from a DNAME is not (RFC 6672 5.3.1)."""
    sets: dict[tuple[str, str], tuple[Record, ...]] = {}
    held = tuple(section)
    for record in held:
        if record.type != "RRSIG" and is_under(record.name, zone) and not _from_dname(record, held):
            key = (record.name, record.type)
            sets[key] = (*sets.get(key, ()), record)
    return sets


# --- inside -----------------------------------------------------------------------------------------------------

_TELLING = (Flaw.SIGNATURE_EXPIRED, Flaw.NOT_YET_VALID, Flaw.SIGNATURE_BAD, Flaw.SIGNATURE_MISSING)


def _flaw(rrset: Sequence[Record], signature: Record, keys: Keys, now: float) -> Flaw | None:
    import dns.name

    rrsig = _signature(signature)
    if rrsig.signer != dns.name.from_text(keys.zone) or rrsig.labels > len(labels(signature.name)):
        return Flaw.SIGNATURE_BAD
    if rrsig.expiration < now:
        return Flaw.SIGNATURE_EXPIRED
    if rrsig.inception > now:
        return Flaw.NOT_YET_VALID
    values = tuple(record.value for record in rrset)
    holds = _verifies(rrset[0].name, rrset[0].type, values, signature.value, keys)
    return None if holds else Flaw.SIGNATURE_BAD


@lru_cache(maxsize=REMEMBERED)
def _verifies(name: str, type_: str, values: tuple[str, ...], signature: str, keys: Keys) -> bool:
    """The arithmetic alone, whatever the time; once for what every server of a zone says the same."""
    import dns.dnssec
    import dns.name
    import dns.rrset
    from dns.exception import UnsupportedAlgorithm, ValidationFailure

    rrsig = _signature(Record(name, "RRSIG", 0, signature))
    rrset = dns.rrset.from_rdata_list(dns.name.from_text(name), 0, [_rdata(type_, value) for value in values])
    within, policy = float(rrsig.inception), dns.dnssec.allow_all_policy
    try:
        dns.dnssec.validate_rrsig(rrset, rrsig, _keyring(keys), now=within, policy=policy)
    except UnsupportedAlgorithm:
        return True
    except (ValidationFailure, ValueError):
        return False
    return True


def _usable(ds: Iterable[Record]) -> tuple[DS, ...]:
    parsed = (_ds(r) for r in ds)
    return tuple(d for d in parsed if d.algorithm in ALGORITHMS and d.digest_type in DIGESTS)


def _names(ds: DS, key: Record) -> bool:
    """Whether the DS names this key: tag, algorithm and digest (RFC 4034 section 5.2)."""
    import dns.dnssec
    import dns.name
    from dns.dnssectypes import DSDigest

    found = _key(key)
    if found.algorithm != ds.algorithm or not found.flags & ZONE_KEY or dns.dnssec.key_id(found) != ds.key_tag:
        return False
    digest = DSDigest(ds.digest_type)
    policy = dns.dnssec.allow_all_policy
    return bool(dns.dnssec.make_ds(dns.name.from_text(key.name), found, digest, policy=policy).digest == ds.digest)


def _keyring(keys: Keys) -> dict[dns.name.Name, dns.rdataset.Rdataset | dns.node.Node]:
    import dns.name
    import dns.rdataset

    return {dns.name.from_text(keys.zone): dns.rdataset.from_rdata_list(0, [_key(k) for k in keys.trusted])}


@lru_cache(maxsize=REMEMBERED)
def _rdata(type_: str, value: str) -> dns.rdata.Rdata:
    import dns.rdata

    return dns.rdata.from_text("IN", type_, value)


def _key(record: Record) -> DNSKEY:
    from dns.rdtypes.ANY.DNSKEY import DNSKEY

    rdata = _rdata(record.type, record.value)
    assert isinstance(rdata, DNSKEY)  # noqa: S101
    return rdata


def _ds(record: Record) -> DS:
    from dns.rdtypes.ANY.DS import DS

    rdata = _rdata(record.type, record.value)
    assert isinstance(rdata, DS)  # noqa: S101
    return rdata


def _signature(record: Record) -> RRSIG:
    from dns.rdtypes.ANY.RRSIG import RRSIG

    rdata = _rdata(record.type, record.value)
    assert isinstance(rdata, RRSIG)  # noqa: S101
    return rdata


def _from_dname(record: Record, section: Sequence[Record]) -> bool:
    above = [r.name for r in section if r.type == "DNAME"]
    return record.type == "CNAME" and any(record.name != name and is_under(record.name, name) for name in above)

"""Proofs of absence: NSEC and NSEC3, right ones and each kind that proves nothing."""

from __future__ import annotations

import dns.dnssec
import pytest
from signed import ZONE, nsec

from unpend.model.records import Record
from unpend.standards.denial import proves_absence

NAMES = ["example.com.", "a.example.com.", "tok._domainkey.example.com.", "www.example.com."]
GAP = nsec("a.example.com.", "www.example.com.")
APEX = nsec(ZONE, "a.example.com.", "SOA NS RRSIG NSEC DNSKEY")


def absent(name: str, *authority: Record, type_: str = "CNAME", nxdomain: bool = True) -> bool:
    return proves_absence(name, type_, nxdomain, ZONE, authority)


def test_nsec_of_a_missing_name() -> None:
    assert absent("mail.example.com.", GAP, APEX)


def test_nsec_needs_the_wildcard_as_well() -> None:
    assert not absent("mail.example.com.", GAP)
    assert not absent("mail.example.com.", GAP, nsec("*.example.com.", "a.example.com."))


def test_nsec_beside_the_name_proves_nothing() -> None:
    assert not absent("zzz.example.com.", GAP, APEX)
    assert not absent("mail.example.com.")


def test_last_nsec_runs_to_the_apex() -> None:
    assert absent("zzz.example.com.", nsec("www.example.com.", ZONE), APEX)


def test_nsec_of_a_missing_type() -> None:
    assert absent("www.example.com.", nsec("www.example.com.", ZONE), nxdomain=False)
    assert not absent("www.example.com.", nsec("www.example.com.", ZONE, "CNAME RRSIG NSEC"), nxdomain=False)
    assert not absent("www.example.com.", nsec("www.example.com.", ZONE, "TXT"), type_="TXT", nxdomain=False)


def test_nsec_of_an_empty_non_terminal() -> None:
    assert absent("_domainkey.example.com.", nsec(ZONE, "tok._domainkey.example.com."), type_="SOA", nxdomain=False)


def test_nsec_of_a_wildcard_without_the_type() -> None:
    star = nsec("*.example.com.", "a.example.com.", "TXT RRSIG NSEC")
    assert absent("mail.example.com.", GAP, star, nxdomain=False)


def test_black_lie_proves_nodata() -> None:
    lie = nsec("mail.example.com.", "\\000.mail.example.com.", "RRSIG NSEC")
    assert absent("mail.example.com.", lie, nxdomain=False)


def test_upper_case_does_not_matter() -> None:
    assert absent("mail.example.com.", nsec("a.example.com.", "WWW.example.com."), APEX)


# --- NSEC3 ------------------------------------------------------------------------------------------------------


def hashed(name: str) -> str:
    return dns.dnssec.nsec3_hash(name, "ab", 2, 1).lower()


def chain(names: list[str], types: dict[str, str], *, flags: int = 0) -> list[Record]:
    """The NSEC3 chain of these names."""
    hashes = sorted((hashed(n), n) for n in names)
    after = [h for h, _ in hashes[1:]] + [hashes[0][0]]
    return [
        Record(f"{h}.{ZONE}", "NSEC3", 900, f"1 {flags} 2 ab {n.upper()} {types.get(name, 'A RRSIG')}")
        for (h, name), n in zip(hashes, after, strict=True)
    ]


EXISTING = [ZONE, "www.example.com.", "_domainkey.example.com.", "tok._domainkey.example.com."]


def test_nsec3_of_a_missing_name() -> None:
    assert absent("other._domainkey.example.com.", *chain(EXISTING, {}))
    assert absent("deep.below.mail.example.com.", *chain(EXISTING, {}))


def test_nsec3_without_closest_encloser_proves_nothing() -> None:
    stray = [r for r in chain(EXISTING, {}) if not r.name.startswith((hashed("_domainkey.example.com."), hashed(ZONE)))]
    assert not absent("other._domainkey.example.com.", *stray)


@pytest.mark.parametrize(("types", "proved"), [("TXT RRSIG", True), ("CNAME RRSIG", False), ("", True)])
def test_nsec3_of_a_missing_type(types: str, proved: bool) -> None:
    full = chain(EXISTING, {"tok._domainkey.example.com.": types})
    assert absent("tok._domainkey.example.com.", *full, nxdomain=False) is proved


def test_nsec3_opt_out_allows_an_unsigned_name() -> None:
    assert absent("mail.example.com.", *chain(EXISTING, {}, flags=1), type_="DS", nxdomain=False)
    assert not absent("mail.example.com.", *chain(EXISTING, {}), type_="DS", nxdomain=False)

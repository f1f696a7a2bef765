"""Validation of one zone's answers: what holds, and each way in which it does not."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace

from signed import DAY, ZONE, dnskey, ds, key, nsec, sign, signed
from world import NOW

from unpend.model.records import Record
from unpend.standards.dnssec import (
    Flaw,
    Keys,
    check,
    ds_of,
    record_sets,
    self_signed,
    signatures,
    supported,
    trusted_keys,
)

A = Record("www.example.com.", "A", 300, "192.0.2.1")
KEYS = Keys(ZONE, (dnskey(),))
NOW_INT = int(NOW)


def test_right_chain_holds() -> None:
    keys = trusted_keys(ZONE, [ds()], signed(dnskey()), NOW)
    assert keys.flaw is None
    assert check([A], [sign(A)], keys, NOW) is None


def test_chain_holds_with_one_right_ds_among_stale_ones() -> None:
    assert trusted_keys(ZONE, [ds("b"), ds()], signed(dnskey()), NOW).flaw is None


def test_stale_ds_matches_no_key() -> None:
    assert trusted_keys(ZONE, [ds("b")], signed(dnskey()), NOW).flaw is Flaw.DS_MATCHES_NO_KEY


def test_unsigned_zone_matches_no_ds() -> None:
    assert trusted_keys(ZONE, [ds()], (), NOW).flaw is Flaw.DS_MATCHES_NO_KEY


def test_altered_digest_matches_no_key() -> None:
    altered = replace(ds(), value=ds().value[:-1] + ("0" if ds().value[-1] != "0" else "1"))
    assert trusted_keys(ZONE, [altered], signed(dnskey()), NOW).flaw is Flaw.DS_MATCHES_NO_KEY


def test_key_set_has_to_be_signed_by_the_key_that_the_ds_names() -> None:
    by_other = (dnskey(), dnskey("b"), sign(dnskey(), dnskey("b"), label="b"))
    assert trusted_keys(ZONE, [ds()], by_other, NOW).flaw is Flaw.SIGNATURE_BAD


def test_flaws_of_signatures() -> None:
    past = sign(A, inception=NOW_INT - 40 * DAY, expiration=NOW_INT - 1)
    future = sign(A, inception=NOW_INT + DAY, expiration=NOW_INT + 2 * DAY)
    assert check([A], [], KEYS, NOW) is Flaw.SIGNATURE_MISSING
    assert check([A], [past], KEYS, NOW) is Flaw.SIGNATURE_EXPIRED
    assert check([A], [future], KEYS, NOW) is Flaw.NOT_YET_VALID
    assert check([replace(A, value="192.0.2.2")], [sign(A)], KEYS, NOW) is Flaw.SIGNATURE_BAD
    assert check([A], [sign(A, label="b")], KEYS, NOW) is Flaw.SIGNATURE_BAD


def test_one_good_signature_is_enough() -> None:
    past = sign(A, inception=NOW_INT - 40 * DAY, expiration=NOW_INT - 1)
    assert check([A], [past, sign(A)], KEYS, NOW) is None


def test_counted_down_ttl_and_expanded_wildcard_hold() -> None:
    assert check([replace(A, ttl=17)], [sign(A)], KEYS, NOW) is None
    assert check([A], [sign(A, owner="*.example.com.")], KEYS, NOW) is None


def test_signer_of_another_zone_does_not_count() -> None:
    assert check([A], [sign(A)], Keys("com.", (dnskey(),)), NOW) is Flaw.SIGNATURE_BAD


def test_unsupported_algorithms_count_as_unsigned() -> None:
    assert supported([ds()])
    assert not supported([])
    assert not supported([replace(ds(), value="1 200 2 " + "0" * 64)])
    assert not supported([replace(ds(), value="1 13 99 " + "0" * 64)])


def test_right_ds_for_the_key_that_signs() -> None:
    signing = self_signed(ZONE, (dnskey(), dnskey("b"), sign(dnskey(), dnskey("b"))), NOW)
    assert [ds_of(k) for k in signing] == [ds().value]
    assert self_signed(ZONE, (dnskey(),), NOW) == ()


def test_record_sets_that_the_zone_signs() -> None:
    dname = Record("old.example.com.", "DNAME", 300, "new.example.com.")
    made = Record("a.old.example.com.", "CNAME", 300, "a.new.example.com.")
    foreign = Record("x.example.net.", "A", 300, "192.0.2.1")
    assert set(record_sets([dname, made, foreign, sign(dname)], ZONE)) == {("old.example.com.", "DNAME")}


def test_signatures_of_one_set() -> None:
    of_a, of_denial = sign(A), sign(nsec("www.example.com.", "zzz.example.com."))
    assert signatures([of_a, of_denial], "www.example.com.", "NSEC") == (of_denial,)


def test_oracle_agrees() -> None:
    """dnspython's own validation of the same set."""
    import dns.dnssec
    import dns.name
    import dns.node
    import dns.rdataset
    import dns.rrset

    rrset = dns.rrset.from_text(A.name, A.ttl, "IN", A.type, A.value)
    rrsigs = dns.rrset.from_text(A.name, A.ttl, "IN", "RRSIG", sign(A).value)
    keys: dict[dns.name.Name, dns.node.Node | dns.rdataset.Rdataset] = {
        dns.name.from_text(ZONE): dns.rdataset.from_rdata(3600, key("a")[1])
    }
    dns.dnssec.validate(rrset, rrsigs, keys, now=NOW)


def test_dnspython_is_not_loaded_for_unsigned_zones() -> None:
    code = "import sys, unpend.standards.dnssec as d, unpend.standards.denial; d.supported(()); sys.exit('dns' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0

"""The family `dnssec`: each flaw, the two proofs and how they bear on one another, and what is not broken."""

from __future__ import annotations

import pytest
from heard import DOMAIN, NS1, NS2, RESOLVER, TARGET, WANTED, asked, case_of, causes, cut, found, heard, record, soa
from signed import DAY, dnskey, ds, nsec, sign, signed
from world import NOW, Paper, right, two

from unpend.diagnosis.case import Case
from unpend.diagnosis.dnssec_status import dnssec_status
from unpend.model.finding import Severity
from unpend.model.plan import Errand, Wait
from unpend.model.records import Exchange, ExtendedError, Outcome, Record, Server

CNAME = record(f"{WANTED} CNAME {TARGET}")
LONG_AGO, YESTERDAY = int(NOW) - 40 * DAY, int(NOW) - DAY


def answers(
    server: Server = NS1, keys: tuple[Record, ...] | None = None, cname: tuple[Record, ...] | None = None
) -> list[Exchange]:
    """A server's answers about its keys, its SOA and one wanted record, all signed unless given otherwise."""
    told = signed(dnskey()) if keys is None else keys
    outcome = Outcome.ANSWER if told else Outcome.NODATA
    return [
        heard(server, f"{DOMAIN} DNSKEY", outcome, *told, dnssec=True, edns=True),
        heard(server, f"{DOMAIN} SOA", Outcome.ANSWER, *signed(soa()), dnssec=True, edns=True),
        heard(
            server,
            f"{WANTED} CNAME",
            Outcome.ANSWER,
            *(signed(CNAME) if cname is None else cname),
            dnssec=True,
            edns=True,
        ),
    ]


def refused(name: str = WANTED, type_: str = "CNAME", *codes: int) -> list[Exchange]:
    """A resolver that fails with validation and answers without it."""
    ede = tuple(ExtendedError(code) for code in codes)
    return [
        heard(RESOLVER, f"{name} {type_}", Outcome.SERVFAIL, ede=ede),
        heard(
            RESOLVER,
            f"{name} {type_}",
            Outcome.ANSWER,
            record(f"{name} {type_} {TARGET if type_ == 'CNAME' else soa().value}"),
            cd=True,
        ),
    ]


def signed_case(*exchanges: Exchange, label: str = "a") -> Case:
    return case_of(exchanges, cut(ds=(ds(label),)))


def why(case: Case) -> list[tuple[str, Severity]]:
    return [(f.params["why"], f.severity) for f in found("dnssec-broken", case)]


def test_healthy_domains_are_left_alone() -> None:
    unsigned = Paper(two(right())).case()
    healthy = signed_case(*answers(), *answers(NS2), heard(RESOLVER, f"{WANTED} CNAME", Outcome.ANSWER, CNAME, ad=True))
    for case, status in ((unsigned, "unsigned"), (healthy, "secure")):
        for code in ("dnssec-broken", "dnssec-broken-above"):
            assert found(code, case) == []
            assert asked(code, case) == []
        assert dnssec_status(case) == status


def test_stale_ds_of_an_unsigned_zone_has_to_go() -> None:
    case = signed_case(*answers(keys=(), cname=(CNAME,)))
    (finding,) = found("dnssec-broken", case)
    assert finding.params["why"] == "ds-matches-no-key"
    assert [(f.op, f.values) for f in finding.fix if isinstance(f, Errand)] == [("remove-ds", ())]
    assert dnssec_status(case) == "broken"


def test_stale_ds_of_a_signed_zone_is_replaced() -> None:
    (finding,) = found("dnssec-broken", signed_case(*answers(), label="b"))
    assert [(f.op, f.values) for f in finding.fix if isinstance(f, Errand)] == [("publish-ds", (ds().value,))]


@pytest.mark.parametrize(
    ("cname", "flaw"),
    [
        ((CNAME,), "signature-missing"),
        ((CNAME, sign(CNAME, inception=LONG_AGO, expiration=YESTERDAY)), "signature-expired"),
        ((CNAME, sign(CNAME, inception=int(NOW) + DAY)), "not-yet-valid"),
        ((CNAME, sign(CNAME, label="b")), "signature-bad"),
    ],
)
def test_flaws_of_signatures(cname: tuple[Record, ...], flaw: str) -> None:
    assert why(signed_case(*answers(cname=cname))) == [(flaw, Severity.ERROR)]


def negative(*proof: Record) -> Exchange:
    authority = (*signed(soa()), *proof)
    return heard(NS1, f"_domainkey.{DOMAIN} SOA", Outcome.NODATA, authority=authority, dnssec=True, edns=True)


def test_unproved_absence_is_a_warning_until_a_resolver_fails() -> None:
    proved = signed(nsec(DOMAIN, WANTED, "SOA RRSIG NSEC DNSKEY"))
    assert why(signed_case(*answers(), negative(*proved))) == []
    assert why(signed_case(*answers(), negative())) == [("denial-broken", Severity.WARNING)]
    assert why(signed_case(*answers(), negative(), *refused())) == [("denial-broken", Severity.ERROR)]


def test_one_sound_server_is_enough() -> None:
    assert why(signed_case(*answers(cname=(CNAME,)), *answers(NS2))) == [("signature-missing", Severity.WARNING)]


def test_resolver_that_vouches_makes_it_a_warning() -> None:
    vouching = heard(RESOLVER, f"{WANTED} CNAME", Outcome.ANSWER, CNAME, ad=True)
    assert why(signed_case(*answers(keys=()), vouching)) == [("ds-matches-no-key", Severity.WARNING)]


def test_unsupported_algorithm_is_unsigned() -> None:
    strange = Record(DOMAIN, "DS", 3600, "1 200 2 " + "0" * 64)
    case = case_of(answers(keys=()), cut(ds=(strange,)))
    assert found("dnssec-broken", case) == []
    assert dnssec_status(case) == "unsigned"


def test_answers_without_edns_say_nothing() -> None:
    bare = [heard(NS1, f"{DOMAIN} DNSKEY", Outcome.NODATA), heard(NS1, f"{WANTED} CNAME", Outcome.ANSWER, CNAME)]
    assert why(signed_case(*bare)) == []


def test_silence_says_nothing() -> None:
    silent = [heard(s, f"{DOMAIN} DNSKEY", Outcome.TIMEOUT, dnssec=True) for s in (NS1, NS2)]
    assert why(signed_case(*silent)) == []


def test_zone_below_on_the_same_server_is_not_judged_by_these_keys() -> None:
    below = cut(f"_domainkey.{DOMAIN}", parent=DOMAIN, delegated=False)
    case = case_of(answers(cname=(CNAME,)), cut(ds=(ds(),)), below)
    assert found("dnssec-broken", case) == []


# --- the resolvers' word ----------------------------------------------------------------------------------------


def test_failure_alone_is_asked_about() -> None:
    case = signed_case(*answers(), heard(RESOLVER, f"{WANTED} CNAME", Outcome.SERVFAIL))
    assert found("dnssec-broken", case) == []
    assert f"resolvers {WANTED} CNAME" in asked("dnssec-broken", case)
    assert "resolvers com. SOA" in asked("dnssec-broken-above", case)


def test_refusal_without_a_flaw_of_ours_is_believed() -> None:
    (finding,) = found("dnssec-broken", signed_case(*answers(), *refused(WANTED, "CNAME", 7)))
    assert finding.params["why"] == "signature-expired"
    assert finding.params["ede"] == (7,)


def test_failure_that_persists_without_validation_is_not_dnssec() -> None:
    both = [heard(RESOLVER, f"{WANTED} CNAME", Outcome.SERVFAIL, cd=cd) for cd in (False, True)]
    assert found("dnssec-broken", signed_case(*answers(), *both)) == []


def test_ds_that_resolvers_remember_only_needs_time() -> None:
    remembered = heard(RESOLVER, f"{DOMAIN} DS", Outcome.ANSWER, Record(DOMAIN, "DS", 600, ds().value))
    case = case_of([*answers(), *refused(), remembered], cut())
    (finding,) = found("dnssec-broken", case)
    assert finding.keeps_waiting
    assert finding.fix == (Wait(NOW - 1 + 600),)


def test_break_above_is_told_from_ones_own() -> None:
    case = signed_case(*answers(), *refused(), *refused("com.", "SOA"))
    assert [f.severity for f in found("dnssec-broken-above", case)] == [Severity.ERROR]
    assert {c for c in causes(case) if c.startswith("dnssec")} == {"dnssec-broken-above"}


def test_insecure_delegation_that_the_registry_cannot_prove_is_a_break_above() -> None:
    unproved = [
        heard(RESOLVER, f"{DOMAIN} DS", Outcome.SERVFAIL),
        heard(RESOLVER, f"{DOMAIN} DS", Outcome.NODATA, cd=True),
    ]
    case = case_of([*answers(keys=()), *refused(), *unproved], cut())
    assert {c for c in causes(case) if c.startswith("dnssec")} == {"dnssec-broken-above"}


def test_insecure_delegation_that_ones_own_zone_cannot_prove() -> None:
    below = f"_domainkey.{DOMAIN}"
    unproved = [
        heard(RESOLVER, f"{below} DS", Outcome.SERVFAIL),
        heard(RESOLVER, f"{below} DS", Outcome.NODATA, cd=True),
    ]
    case = case_of([*answers(), *refused(), *unproved], cut(ds=(ds(),)), cut(below, parent=DOMAIN))
    (finding,) = found("dnssec-broken", case)
    assert finding.about == (DOMAIN,)

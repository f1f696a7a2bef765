"""The family `delegation`: quiet on healthy, leaves look-alikes to their rules, silent on silence."""

from __future__ import annotations

from dataclasses import replace

import pytest
from heard import (
    DOMAIN,
    NS1,
    NS2,
    PARENT,
    RESOLVER,
    TARGET,
    WANTED,
    asked,
    case_of,
    causes,
    cut,
    found,
    heard,
    record,
    soa,
)
from world import NOW, Host, Paper, right, ses, two

from unpend.diagnosis.rulebook import all_rules
from unpend.model.finding import Confidence, Severity
from unpend.model.observation import Registration, ZoneCut
from unpend.model.plan import Errand, Wait
from unpend.model.records import Exchange, Outcome, Role, Server

FAMILY = [rule for rule in all_rules() if rule.family == "delegation"]
UNREGISTERED = ZoneCut("com.", ".", ())


def denial(outcome: Outcome = Outcome.NXDOMAIN) -> Exchange:
    return heard(PARENT, f"{DOMAIN} SOA", outcome)


def undelegated(*exchanges: Exchange, registration: Registration | None = None) -> set[str]:
    return causes(case_of(exchanges, UNREGISTERED, registration=registration))


@pytest.mark.parametrize("rule", FAMILY, ids=lambda rule: rule.code)
def test_healthy_domain_is_left_alone(rule: object) -> None:
    case = Paper(two(right())).case()
    assert list(rule.finds(case)) == []  # type: ignore[attr-defined]
    assert list(rule.asks(case)) == []  # type: ignore[attr-defined]


# --- the registration -------------------------------------------------------------------------------------------


def test_registry_denies_the_domain() -> None:
    assert undelegated(denial()) == {"domain-not-registered"}


def test_silent_registry_denies_nothing() -> None:
    assert "domain-not-registered" not in undelegated(heard(PARENT, f"{DOMAIN} SOA", Outcome.TIMEOUT))


def test_denial_without_authority_proves_nothing() -> None:
    assert "domain-not-registered" not in undelegated(heard(PARENT, f"{DOMAIN} SOA", Outcome.NXDOMAIN, aa=False))


def test_registered_without_nameservers() -> None:
    case = case_of([denial()], UNREGISTERED, registration=Registration(True))
    (finding,) = found("domain-not-registered", case)
    assert finding.params["why"] == "not-delegated"
    assert [f.op for f in finding.fix if isinstance(f, Errand)] == ["set-nameservers"]


def test_nodata_at_the_registry_is_looked_into_first() -> None:
    case = case_of([denial(Outcome.NODATA)], UNREGISTERED)
    assert f"one {DOMAIN} A" in asked("domain-not-registered", case)
    (finding,) = found("domain-not-registered", case)
    assert finding.confidence is Confidence.LIKELY


@pytest.mark.parametrize("status", ["clientHold", "server hold"])
def test_hold_is_told_from_not_registered(status: str) -> None:
    assert undelegated(denial(), registration=Registration(True, (status,))) == {"domain-on-hold"}


def test_hold_while_still_delegated_is_no_finding() -> None:
    case = case_of(
        [heard(NS1, f"{DOMAIN} SOA", Outcome.ANSWER, soa())], registration=Registration(True, ("clientHold",))
    )
    assert found("domain-on-hold", case) == []


@pytest.mark.parametrize(
    "registration",
    [Registration(True, ("redemption period",)), Registration(True, ("clientHold",), expires_at=NOW - 86400)],
)
def test_expiry_is_told_from_hold(registration: Registration) -> None:
    assert undelegated(denial(), registration=registration) == {"domain-expired"}


def test_expired_but_still_delegated_is_a_warning() -> None:
    answers = [heard(NS1, f"{DOMAIN} SOA", Outcome.ANSWER, soa())]
    (finding,) = found("domain-expired", case_of(answers, registration=Registration(True, expires_at=NOW - 1)))
    assert finding.severity is Severity.WARNING


@pytest.mark.parametrize(
    ("server", "code"),
    [
        ("ns1.pendingrenewaldeletion.com.", "domain-expired"),
        ("ns1.emailverification.info.", "registrant-unverified"),
    ],
)
def test_special_name_servers_explain_everything_below(server: str, code: str) -> None:
    ns = replace(NS1, name=server)
    answers = [heard(ns, f"{DOMAIN} SOA", Outcome.ANSWER, soa())]
    answers += [heard(ns, f"{r.name} CNAME", Outcome.NXDOMAIN) for r in ses().records]
    assert causes(case_of(answers, cut(DOMAIN, server))) == {code}


def parked(server: str, page: str, echo: str) -> set[str]:
    ns = replace(NS1, name=server)
    case = case_of([], cut(DOMAIN, server))
    name = f"{case.sibling_label}.{DOMAIN}"
    answers = [heard(ns, f"{DOMAIN} SOA", Outcome.ANSWER, soa())]
    answers += [heard(ns, f"{r.name} CNAME", Outcome.NODATA) for r in ses().records]
    answers.append(heard(ns, f"{DOMAIN} A", Outcome.ANSWER, record(f"{DOMAIN} A {page}")))
    answers.append(
        heard(ns, f"{name} A", Outcome.ANSWER, record(f"{name} A {echo}"))
        if echo
        else heard(ns, f"{name} A", Outcome.NXDOMAIN)
    )
    return causes(case_of(answers, cut(DOMAIN, server)))


def test_parked_takes_both_signs() -> None:
    assert parked("ns1.sedoparking.com.", "192.0.2.9", "192.0.2.9") == {"domain-parked"}
    assert "domain-parked" not in parked("ns1.sedoparking.com.", "192.0.2.9", "")
    assert "domain-parked" not in parked("ns1.dns-parking.com.", "192.0.2.9", "192.0.2.9")


# --- servers ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("outcome", [Outcome.REFUSED, Outcome.SERVFAIL, Outcome.REFERRAL])
def test_lame_everywhere_is_an_error(outcome: Outcome) -> None:
    answers = [denial(Outcome.REFERRAL), *(heard(s, f"{DOMAIN} SOA", outcome, aa=False) for s in (NS1, NS2))]
    (finding,) = found("lame-delegation", case_of(answers))
    assert finding.severity is Severity.ERROR


def test_silence_is_not_lameness() -> None:
    answers = [denial(Outcome.REFERRAL), *(heard(s, f"{DOMAIN} SOA", Outcome.TIMEOUT) for s in (NS1, NS2))]
    assert causes(case_of(answers)) == {"nameserver-unreachable"}


def test_one_dead_server_is_a_warning() -> None:
    hosts = [Host("ns1.example.com.", right()), Host("ns2.example.com.", does=Outcome.TIMEOUT)]
    diagnosis = Paper(hosts).diagnosis()
    assert [f.code for f in diagnosis.causes] == ["nameserver-unreachable"]
    assert diagnosis.errors == ()


def test_dead_ipv6_is_our_side_unless_ipv6_works() -> None:
    six = replace(NS2, address="2001:db8::2")
    answers = [heard(NS1, f"{DOMAIN} SOA", Outcome.ANSWER, soa()), heard(six, f"{DOMAIN} SOA", Outcome.UNREACHABLE)]
    assert found("nameserver-unreachable", case_of(answers)) == []
    root = Server(Role.PARENT, "a.root-servers.net.", "2001:db8::53", 53, ".")
    answers.append(heard(root, f"{DOMAIN} SOA", Outcome.REFERRAL))
    (finding,) = found("nameserver-unreachable", case_of(answers))
    assert finding.severity is Severity.WARNING


def test_dead_servers_that_resolvers_reach_shut_us_out() -> None:
    answers = [denial(Outcome.REFERRAL), *(heard(s, f"{DOMAIN} SOA", Outcome.TIMEOUT) for s in (NS1, NS2))]
    sibling = f"{case_of([]).sibling_label}.{DOMAIN}"
    assert f"resolvers {sibling} A" in asked("nameserver-unreachable", case_of(answers))
    answers.append(heard(RESOLVER, f"{sibling} A", Outcome.NXDOMAIN, authority=(soa(),)))
    assert causes(case_of(answers)) == {"rate-limited"}


def test_unresolvable_name_server() -> None:
    gone = heard(PARENT, "ns1.host.net. A", Outcome.NXDOMAIN)
    (finding,) = found("nameserver-unresolvable", case_of([gone], cut(failure=Outcome.NXDOMAIN)))
    assert finding.severity is Severity.ERROR


def test_look_up_that_timed_out_is_no_proof() -> None:
    gone = heard(PARENT, "ns1.host.net. A", Outcome.TIMEOUT)
    assert found("nameserver-unresolvable", case_of([gone], cut(failure=Outcome.TIMEOUT))) == []


def test_name_server_in_its_own_zone_needs_glue() -> None:
    referral = heard(PARENT, f"{DOMAIN} SOA", Outcome.REFERRAL, authority=(record(f"{DOMAIN} NS ns1.example.com."),))
    (finding,) = found(
        "nameserver-unresolvable", case_of([referral], cut(DOMAIN, "ns1.example.com.", failure=Outcome.TIMEOUT))
    )
    assert finding.params["outcomes"] == ("no-glue",)


# --- glue -------------------------------------------------------------------------------------------------------


def glue_case(own: str, *, trouble: bool = True) -> list[Exchange]:
    inside = Server(Role.AUTHORITATIVE, "ns1.example.com.", "192.0.2.1", 53, DOMAIN)
    stale = Server(Role.AUTHORITATIVE, "ns2.example.com.", "192.0.2.66", 53, DOMAIN)
    answers = [
        heard(s, f"{DOMAIN} SOA", Outcome.ANSWER, soa(serial=1 + (s is inside and trouble))) for s in (inside, stale)
    ]
    answers.append(heard(inside, f"{WANTED} CNAME", Outcome.ANSWER, record(f"{WANTED} CNAME {TARGET}")))
    if trouble:
        answers.append(heard(stale, f"{WANTED} CNAME", Outcome.NXDOMAIN))
    answers.append(heard(inside, "ns2.example.com. A", Outcome.ANSWER, record(f"ns2.example.com. A {own}")))
    return answers


def test_glue_that_leads_to_an_old_machine() -> None:
    case = case_of(glue_case("192.0.2.2"), cut(DOMAIN, "ns2.example.com.", glue=("192.0.2.66",)))
    (finding,) = found("glue-mismatch", case)
    assert finding.severity is Severity.ERROR
    assert finding.params["own"] == ("192.0.2.2",)


def test_right_glue_and_untroubled_zone_are_left_alone() -> None:
    fine = case_of(glue_case("192.0.2.66"), cut(DOMAIN, "ns2.example.com.", glue=("192.0.2.66",)))
    assert found("glue-mismatch", fine) == []
    calm = case_of(glue_case("192.0.2.2", trouble=False), cut(DOMAIN, "ns2.example.com.", glue=("192.0.2.66",)))
    assert found("glue-mismatch", calm) == []
    assert asked("glue-mismatch", calm) == []


# --- mixed sets -------------------------------------------------------------------------------------------------


def test_two_hosts_with_different_records() -> None:
    new = [Host(f"ns{i}.new.net.", right(), mname="ns1.new.net.") for i in (1, 2)]
    old = [Host(f"ns{i}.old.net.", "", mname="ns1.old.net.") for i in (1, 2)]
    findings = [f for f in Paper(new + old).diagnosis().causes if f.code == "mixed-nameserver-sets"]
    assert findings
    assert findings[0].severity is Severity.ERROR
    (cure,) = findings[0].fix
    assert isinstance(cure, Errand)
    assert cure.values == ("ns1.new.net.", "ns2.new.net.")


def test_one_primary_is_a_lagging_secondary() -> None:
    hosts = [Host("ns1.example.com.", right(), serial=2), Host("ns2.example.com.", "", serial=1)]
    assert "mixed-nameserver-sets" not in Paper(hosts).codes()


def test_every_server_its_own_primary_is_one_zone_still() -> None:
    ns = "example.com. NS ns1.example.com.\nexample.com. NS ns2.example.com."
    hosts = [
        Host("ns1.example.com.", f"{right()}\n{ns}", mname="ns1.example.com."),
        Host("ns2.example.com.", ns, mname="ns2.example.com."),
    ]
    assert "mixed-nameserver-sets" not in Paper(hosts).codes()


def test_longer_list_in_the_zone_is_only_noted() -> None:
    ns = "example.com. NS ns1.example.com.\nexample.com. NS ns2.example.com.\nexample.com. NS ns3.example.com."
    diagnosis = Paper(two(f"{right()}\n{ns}")).diagnosis()
    assert [(f.code, f.severity) for f in diagnosis.causes] == [("mixed-nameserver-sets", Severity.INFO)]


# --- pending ----------------------------------------------------------------------------------------------------


def moved(mname: str, ns: str = "") -> list[Exchange]:
    answers = [heard(s, f"{DOMAIN} SOA", Outcome.ANSWER, soa()) for s in (NS1, NS2)]
    answers += [heard(s, f"{WANTED} CNAME", Outcome.ANSWER, record(f"{WANTED} CNAME {TARGET}")) for s in (NS1, NS2)]
    answers.append(heard(RESOLVER, f"{WANTED} CNAME", Outcome.NXDOMAIN, authority=(soa(mname=mname),)))
    if ns:
        answers.append(heard(RESOLVER, f"{DOMAIN} NS", Outcome.ANSWER, record(f"{DOMAIN} NS {ns}", 7200)))
    return answers


def test_resolver_that_asks_the_old_host_waits_for_its_delegation() -> None:
    (finding,) = found("delegation-pending", case_of(moved("ns1.old.net.", "ns1.old.net.")))
    assert finding.keeps_waiting
    assert finding.severity is Severity.WARNING
    assert finding.fix == (Wait(NOW - 1 + 7200),)


def test_old_primary_alone_tells_as_well() -> None:
    (finding,) = found("delegation-pending", case_of(moved("ns1.old.net.")))
    assert finding.params["old"] == ("ns1.old.net.",)


def test_remembered_absence_is_left_to_its_rule() -> None:
    assert found("delegation-pending", case_of(moved("ns1.host.net."))) == []
    assert found("delegation-pending", case_of(moved("ns1.old.net.", "ns1.host.net."))) == []


# --- child zones ------------------------------------------------------------------------------------------------


def child(servers: str, domain: str = DOMAIN, zone: str = f"_domainkey.{DOMAIN}", found_one: bool = False) -> set[str]:
    below = Server(Role.AUTHORITATIVE, servers, "192.0.2.9", 53, zone)
    wanted = ses(domain)
    names = [r.name for r in wanted.records]
    answers = [
        heard(NS1, f"{DOMAIN} SOA", Outcome.ANSWER, soa()),
        heard(below, f"{zone} SOA", Outcome.ANSWER, soa(zone)),
    ]
    answers += [heard(NS1, f"{n} CNAME", Outcome.REFERRAL, authority=(record(f"{zone} NS {servers}"),)) for n in names]
    answers += [heard(below, f"{n} CNAME", Outcome.NXDOMAIN) for n in names[found_one:]]
    if found_one:
        answers.append(
            heard(below, f"{names[0]} CNAME", Outcome.ANSWER, record(f"{names[0]} CNAME {wanted.records[0].values[0]}"))
        )
    return causes(case_of(answers, cut(), cut(zone, servers, parent=DOMAIN), expected=wanted))


def test_domainkey_zone_elsewhere_hides_the_records() -> None:
    assert child("ns1.vali.email.") == {"child-zone-hides-record"}


def test_subdomain_elsewhere_without_any_record_is_likely_hidden() -> None:
    assert child("ns1.other.org.", f"mail.{DOMAIN}", f"mail.{DOMAIN}") == {"child-zone-hides-record"}


def test_subdomain_at_the_same_host_or_partly_entered_is_record_missing() -> None:
    assert child("ns3.host.net.", f"mail.{DOMAIN}", f"mail.{DOMAIN}") == {"record-missing"}
    assert child("ns1.other.org.", f"mail.{DOMAIN}", f"mail.{DOMAIN}", found_one=True) == {"record-missing"}

"""The family `transport`: each defect, its look-alike, and silence."""

from __future__ import annotations

from dataclasses import replace

import pytest
from heard import DOMAIN, NS1, NS2, PARENT, RESOLVER, WANTED, asked, case_of, causes, found, heard, record, soa
from world import Paper, right, ses, two

from unpend.diagnosis.case import Case
from unpend.diagnosis.rule import Rule
from unpend.diagnosis.rulebook import all_rules
from unpend.model.finding import Severity
from unpend.model.records import Exchange, Outcome, Record, Role, Server, Via

FAMILY = [rule for rule in all_rules() if rule.family == "transport"]
NAMES = [r.name for r in ses().records]
REFERRAL = heard(PARENT, f"{DOMAIN} SOA", Outcome.REFERRAL, authority=(record(f"{DOMAIN} NS ns1.host.net."),))


def cname(name: str) -> Record:
    return record(f"{name} CNAME {name.split('.')[0]}.dkim.amazonses.com.")


def healthy(server: Server, **how: object) -> list[Exchange]:
    """The right answers of one server."""
    told = [heard(server, f"{DOMAIN} SOA", Outcome.ANSWER, soa(), **how)]  # type: ignore[arg-type]
    return told + [heard(server, f"{n} CNAME", Outcome.ANSWER, cname(n), **how) for n in NAMES]  # type: ignore[arg-type]


def failing(server: Server, outcome: Outcome = Outcome.TIMEOUT, **how: object) -> list[Exchange]:
    """No answer to any question."""
    return [heard(server, f"{q}", outcome, **how) for q in (f"{DOMAIN} SOA", *(f"{n} CNAME" for n in NAMES))]  # type: ignore[arg-type]


def resolvers_fail() -> list[Exchange]:
    return failing(RESOLVER, Outcome.SERVFAIL)


def severities(code: str, case: Case) -> list[Severity]:
    return [f.severity for f in found(code, case)]


@pytest.mark.parametrize("rule", FAMILY, ids=lambda rule: rule.code)
def test_healthy_domain_is_left_alone(rule: Rule) -> None:
    case = Paper(two(right())).case()
    assert list(rule.finds(case)) == []
    assert list(rule.asks(case)) == []


# --- our own network --------------------------------------------------------------------------------------------


def test_nobody_answers_us() -> None:
    root = replace(PARENT, zone=".")
    case = case_of([heard(root, f"{DOMAIN} SOA", Outcome.TIMEOUT), *failing(NS1), *failing(NS2)])
    assert causes(case) == {"our-network-blocked"}


def test_resolvers_do_not_count_as_answers_of_the_world() -> None:
    root = replace(PARENT, zone=".")
    told = heard(RESOLVER, f"{WANTED} CNAME", Outcome.ANSWER, cname(WANTED))
    assert "our-network-blocked" in causes(case_of([heard(root, f"{DOMAIN} SOA", Outcome.TIMEOUT), told]))


def test_one_answer_of_the_root_clears_our_network() -> None:
    assert "our-network-blocked" not in causes(case_of([REFERRAL, *failing(NS1), *failing(NS2)]))


# --- rate limits ------------------------------------------------------------------------------------------------


def shut_out(outcome: Outcome, resolver: Exchange) -> set[str]:
    return causes(case_of([REFERRAL, *failing(NS1, outcome), *failing(NS2, outcome), resolver]))


@pytest.mark.parametrize("outcome", [Outcome.REFUSED, Outcome.TIMEOUT])
def test_only_we_are_kept_out(outcome: Outcome) -> None:
    sibling = f"{case_of([]).sibling_label}.{DOMAIN}"
    fresh = heard(RESOLVER, f"{sibling} A", Outcome.NXDOMAIN, authority=(soa(),))
    assert shut_out(outcome, fresh) == {"rate-limited"}


def test_answers_from_a_cache_prove_nothing() -> None:
    cached = heard(RESOLVER, f"{WANTED} CNAME", Outcome.ANSWER, cname(WANTED))
    assert shut_out(Outcome.REFUSED, cached) == {"lame-delegation"}


def test_refused_after_the_first_answers() -> None:
    told = [*healthy(NS1)[:2], *failing(NS1, Outcome.REFUSED)[2:], heard(NS1, f"{DOMAIN} NS", Outcome.REFUSED)]
    assert severities("rate-limited", case_of(told)) == [Severity.WARNING]


def test_a_lost_packet_is_no_rate_limit() -> None:
    told = [*healthy(NS1)[:3], heard(NS1, f"{NAMES[2]} CNAME", Outcome.TIMEOUT)]
    assert found("rate-limited", case_of(told)) == []


def test_questions_that_were_saved_are_no_rate_limit() -> None:
    told = [*healthy(NS1)[:1], *failing(NS1, note="question budget spent")[1:]]
    assert found("rate-limited", case_of(told)) == []


# --- EDNS -------------------------------------------------------------------------------------------------------


def plain_only(server: Server, outcome: Outcome = Outcome.TIMEOUT, rcode: str = "") -> list[Exchange]:
    return [*failing(server, outcome, rcode=rcode), *healthy(server, via=Via.PLAIN)]


def test_plain_questions_only() -> None:
    assert severities("edns-broken", case_of(plain_only(NS1))) == [Severity.WARNING]
    assert severities("edns-broken", case_of([*plain_only(NS1), *resolvers_fail()])) == [Severity.ERROR]


def test_edns_at_some_servers_is_enough() -> None:
    told = [*plain_only(NS1), *healthy(NS2), *resolvers_fail()]
    assert severities("edns-broken", case_of(told)) == [Severity.WARNING]


def test_clear_refusal_of_edns_needs_one_question_only() -> None:
    told = plain_only(NS1, Outcome.SERVFAIL, "FORMERR")
    told = [e for e in told if e.question.type == "SOA"]
    assert severities("edns-broken", case_of(told)) == [Severity.WARNING]


def test_lower_case_with_edns_tells_case_from_edns() -> None:
    case = case_of(plain_only(NS1))
    assert asked("edns-broken", case) == asked("case-not-preserved", case) == [f"server {DOMAIN} SOA"]
    lower = heard(NS1, f"{DOMAIN} SOA", Outcome.ANSWER, soa(), mixed_case=False)
    told = case_of([*plain_only(NS1), lower])
    assert found("edns-broken", told) == []
    assert severities("case-not-preserved", told) == [Severity.WARNING]


def test_one_lost_packet_is_no_edns_trouble() -> None:
    told = [
        *healthy(NS1),
        heard(NS1, f"{DOMAIN} NS", Outcome.TIMEOUT),
        heard(NS1, f"{DOMAIN} NS", Outcome.NODATA, via=Via.PLAIN),
    ]
    assert found("edns-broken", case_of(told)) == []


# --- TCP --------------------------------------------------------------------------------------------------------


def truncated(server: Server, tcp: Outcome) -> list[Exchange]:
    short = [replace(e, tc=True, answer=()) for e in healthy(server)]
    over_tcp = healthy(server, via=Via.TCP) if tcp is Outcome.ANSWER else failing(server, tcp, via=Via.TCP)
    return [*short, *over_tcp]


@pytest.mark.parametrize("tcp", [Outcome.TIMEOUT, Outcome.UNREACHABLE])
def test_truncated_without_tcp(tcp: Outcome) -> None:
    case = case_of([*truncated(NS1, tcp), *resolvers_fail()])
    assert severities("tcp-broken", case) == [Severity.ERROR]
    assert "record-missing" not in causes(case)


def test_truncated_with_tcp_is_how_dns_works() -> None:
    assert found("tcp-broken", case_of(truncated(NS1, Outcome.ANSWER))) == []


def test_truncated_at_one_server_only_is_a_warning() -> None:
    assert severities("tcp-broken", case_of([*truncated(NS1, Outcome.TIMEOUT), *healthy(NS2)])) == [Severity.WARNING]


# --- case -------------------------------------------------------------------------------------------------------


def test_lower_case_echo_is_a_warning() -> None:
    told = [replace(e, case_kept=False) for e in healthy(NS1)]
    assert severities("case-not-preserved", case_of(told)) == [Severity.WARNING]


def test_server_that_compares_with_case() -> None:
    told = [heard(NS1, f"{DOMAIN} SOA", Outcome.ANSWER, soa())]
    told += [heard(NS1, f"{n} CNAME", Outcome.NXDOMAIN) for n in NAMES]
    assert f"server {NAMES[0]} CNAME" in asked("case-not-preserved", case_of(told))
    told.append(heard(NS1, f"{NAMES[0]} CNAME", Outcome.ANSWER, cname(NAMES[0]), mixed_case=False))
    assert severities("case-not-preserved", case_of(told)) == [Severity.WARNING]


def test_same_answer_in_lower_case_is_no_finding() -> None:
    told = [heard(NS1, f"{NAMES[0]} CNAME", Outcome.NXDOMAIN, mixed_case=m) for m in (True, False)]
    assert found("case-not-preserved", case_of(told)) == []


# --- TXT --------------------------------------------------------------------------------------------------------


def test_txt_fails_where_the_cname_is_answered() -> None:
    told = [*healthy(NS1), heard(NS1, f"{WANTED} TXT", Outcome.SERVFAIL, rcode="SERVFAIL")]
    assert asked("txt-query-fails", case_of(told)) == [f"every {WANTED} TXT"]
    assert severities("txt-query-fails", case_of(told)) == [Severity.ERROR]
    told += [*healthy(NS2), heard(NS2, f"{WANTED} TXT", Outcome.ANSWER, cname(WANTED))]
    assert severities("txt-query-fails", case_of(told)) == [Severity.WARNING]


def test_dead_server_is_no_txt_trouble() -> None:
    told = [*failing(NS1), heard(NS1, f"{WANTED} TXT", Outcome.TIMEOUT)]
    assert found("txt-query-fails", case_of(told)) == []


# --- place ------------------------------------------------------------------------------------------------------


def by_place(ttl: int, resolvers: int = 2, ns: str = "ns1.host.net.") -> list[Exchange]:
    others = [Server(Role.RESOLVER, f"resolver-{i}", f"192.0.2.{60 + i}") for i in range(resolvers)]
    told = [heard(NS1, f"{DOMAIN} SOA", Outcome.ANSWER, soa())]
    told += [heard(NS1, f"{n} CNAME", Outcome.NXDOMAIN) for n in NAMES]
    told += [heard(r, f"{n} CNAME", Outcome.ANSWER, replace(cname(n), ttl=ttl)) for r in others for n in NAMES]
    return told + [heard(r, f"{DOMAIN} NS", Outcome.ANSWER, record(f"{DOMAIN} NS {ns}")) for r in others]


def test_record_that_only_others_are_shown() -> None:
    assert causes(case_of(by_place(300))) == {"answers-differ-by-place"}


@pytest.mark.parametrize("told", [by_place(217), by_place(300, 1), by_place(300, ns="ns1.old.net.")])
def test_caches_and_old_delegations_are_not_place(told: list[Exchange]) -> None:
    assert found("answers-differ-by-place", case_of(told)) == []


def test_server_that_contradicts_itself() -> None:
    told = [*healthy(NS1), heard(NS1, f"{NAMES[0]} CNAME", Outcome.NXDOMAIN, via=Via.TCP)]
    assert severities("answers-differ-by-place", case_of(told)) == [Severity.ERROR]


def test_lagging_secondary_is_not_place() -> None:
    told = [*healthy(NS1), heard(NS2, f"{DOMAIN} SOA", Outcome.ANSWER, soa(serial=0))]
    told.append(heard(NS2, f"{NAMES[0]} CNAME", Outcome.NXDOMAIN))
    assert found("answers-differ-by-place", case_of(told)) == []
    assert asked("answers-differ-by-place", case_of(told)) == []

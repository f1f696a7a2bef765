"""Every rule's four duties: it fires, is quiet on healthy domains, leaves its look-alikes alone, is silent on silence."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest
from lab_cases import HEALTHY, report_of

from unpend.diagnosis.case import Case
from unpend.diagnosis.diagnose import diagnose
from unpend.diagnosis.rulebook import all_rules, rule_of
from unpend.lab import load_scenario, scenario_names
from unpend.model.finding import Finding, Severity
from unpend.model.records import Exchange, Outcome

RULES = sorted(rule.code for rule in all_rules())
# What these find is the silence itself, or it comes from an input beside DNS, or from a delegation without any server.
OF_SILENCE = {
    *("our-network-blocked", "nameserver-unreachable", "nameserver-unresolvable", "rate-limited", "glue-mismatch"),
    *(
        "domain-on-hold",
        "domain-expired",
        "registrant-unverified",
        "edns-broken",
        "tcp-broken",
        "domain-not-registered",
    ),
    *("domain-parked",),
}
# Servers that answer everything but one question may be so by chance, and this one says no more than that they do.
OF_HALF_SILENCE = {"txt-query-fails"}
# Code → scenarios that look like it and are something else: there the rule must not speak at all.
LOOK_ALIKES = {
    "record-missing": ["doubled-target", "negative-cached", "our-network-blocked", "nameserver-unreachable"],
    "wrong-dns-host": ["record-missing", "two-hosted-zones-also-ask", "shadow-zone", "records-lost-in-migration"],
    "two-hosted-zones": ["wrong-dns-host-also-ask", "private-zone-only", "shadow-zone"],
    "shadow-zone": ["two-hosted-zones-also-ask", "wrong-dns-host", "record-missing"],
    "records-lost-in-migration": ["wrong-dns-host", "delegation-pending", "old-value-cached"],
    "private-zone-only": ["negative-cached", "two-hosted-zones", "answers-differ-by-place"],
    "foreign-zone-name": ["doubled-zone", "doubled-zone-own-zone", "subdomain-extra"],
    "stale-names": ["record-missing", "selector-typo-label", "healthy-leftovers"],
    "zone-not-active": ["lame-delegation", "rate-limited", "nameserver-unreachable"],
    "doubled-zone": ["healthy-leftovers", "foreign-zone-name", "foreign-zone-name-parent", "subdomain-extra"],
    "apex-host": ["missing-token", "missing-domainkey-label"],
    "missing-domainkey-label": ["dot-lost", "missing-token", "underscore-stripped"],
    "missing-token": ["missing-domainkey-label", "apex-host"],
    "dot-lost": ["missing-domainkey-label", "underscore-stripped"],
    "underscore-stripped": ["missing-domainkey-label", "dot-lost", "selector-typo-label"],
    "selector-typo": ["stale-names", "underscore-stripped", "dot-lost"],
    "subdomain-dropped": ["doubled-zone-subdomain", "wrong-dns-host-subdomain"],
    "subdomain-extra": ["doubled-zone-own-zone", "subdomain-dropped"],
    "www-host": ["subdomain-dropped", "record-missing"],
    "target-as-name": ["doubled-zone", "name-as-target"],
    "literal-in-name": ["selector-typo", "garbage-in-value"],
    "wrong-type": ["wildcard-masks", "dname-above", "record-missing"],
    "proxied-cname": ["wrong-type-redirect", "flattened-cname", "wildcard-masks"],
    "flattened-cname": ["wrong-type", "proxied-cname", "wildcard-revocation"],
    "wrong-target": ["wildcard-masks-cname", "negative-cached", "healthy-leftovers"],
    "doubled-target": ["wrong-target", "name-as-target"],
    "swapped-targets": ["wrong-target", "doubled-target"],
    "wrong-region-target": ["wrong-target", "placeholder-in-value"],
    "stale-target": ["healthy", "wrong-target", "wrong-region-target"],
    "other-provider-target": ["wrong-target", "wildcard-masks-cname"],
    "name-as-target": ["doubled-target", "target-as-name"],
    "garbage-in-value": ["doubled-target", "wrong-target"],
    "placeholder-in-value": ["wrong-target", "name-as-target"],
    "cname-beside-other-data": ["multiple-cnames", "wrong-type", "healthy-wildcard"],
    "multiple-cnames": ["cname-beside-other-data", "secondary-lag", "mixed-nameserver-sets"],
    "multiple-txt-at-selector": ["apex-host", "wrong-type"],
    "wildcard-masks": ["healthy-wildcard", "wildcard-revocation", "wrong-type"],
    "wildcard-revocation": ["wildcard-masks", "wrong-type"],
    "dname-above": ["wrong-target", "wildcard-masks-cname"],
    "cname-at-apex": ["cname-beside-other-data", "wildcard-masks-cname"],
    "lame-delegation": ["nameserver-unreachable", "edns-broken", "our-network-blocked"],
    "nameserver-unreachable": ["our-network-blocked", "lame-delegation", "nameserver-unresolvable"],
    "nameserver-unresolvable": ["nameserver-unreachable", "lame-delegation"],
    "glue-mismatch": ["nameserver-unreachable", "healthy-one-server-silent"],
    "mixed-nameserver-sets": ["secondary-lag", "delegation-pending"],
    "delegation-pending": ["negative-cached", "mixed-nameserver-sets", "old-value-cached"],
    "child-zone-hides-record": ["healthy-subdomain-own-zone", "doubled-zone-own-zone"],
    "domain-not-registered": ["record-missing", "domain-on-hold"],
    "domain-expired": ["domain-on-hold", "domain-parked"],
    "domain-on-hold": ["domain-expired", "domain-not-registered"],
    "domain-parked": ["healthy-dns-parking", "registrant-unverified"],
    "registrant-unverified": ["domain-parked", "domain-expired"],
    "dnssec-broken": ["healthy-signed", "dnssec-broken-above", "nameserver-unreachable"],
    "dnssec-broken-above": ["healthy-signed", "dnssec-broken"],
    "edns-broken": ["nameserver-unreachable", "tcp-broken"],
    "tcp-broken": ["edns-broken", "healthy-signed"],
    "case-not-preserved": ["edns-broken", "healthy"],
    "our-network-blocked": ["nameserver-unreachable", "lame-delegation", "healthy-one-server-silent"],
    "rate-limited": ["lame-delegation", "nameserver-unreachable"],
    "txt-query-fails": ["healthy", "edns-broken"],
    "answers-differ-by-place": ["secondary-lag", "negative-cached", "mixed-nameserver-sets"],
    "secondary-lag": ["mixed-nameserver-sets", "answers-differ-by-place"],
    "zone-not-reloaded": ["record-missing", "secondary-lag"],
    "negative-cached": ["old-value-cached", "record-missing"],
    "old-value-cached": ["negative-cached", "wrong-target"],
    "publish-delay": ["record-missing", "negative-cached"],
    "ttl-too-high": ["wrong-target", "healthy-leftovers"],
    "provider-not-rechecked": [
        "provider-saw-old-host",
        "verification-expired",
        "authentication-not-started",
        "replica-broken",
    ],
    "provider-saw-old-host": ["provider-not-rechecked", "verification-expired"],
    "verification-expired": ["verification-revoked", "provider-not-rechecked"],
    "verification-revoked": ["verification-expired", "provider-not-rechecked"],
    "authentication-not-started": ["provider-not-rechecked", "replica-broken", "signing-disabled"],
    "wrong-region": ["wrong-region-target", "identity-missing", "provider-not-rechecked"],
    "identity-missing": ["wrong-region", "stale-target"],
    "tokens-changed": ["stale-names", "stale-target"],
    "signing-disabled": ["authentication-not-started", "identity-overridden", "sandbox"],
    "sandbox": ["signing-disabled", "wrong-region"],
    "identity-overridden": ["signing-disabled", "sandbox"],
    "key-not-enabled": ["stale-target", "other-provider-target"],
    "key-truncated": ["key-in-two-records", "key-mismatch", "key-malformed", "key-strings-out-of-order"],
    "key-in-two-records": ["multiple-txt-at-selector", "key-cut-at-semicolon-apart", "key-truncated"],
    "key-cut-at-semicolon": ["key-truncated", "key-revoked", "key-in-two-records", "multiple-txt-at-selector"],
    "key-escaped": ["key-quoted", "key-malformed", "healthy-key-in-other-words"],
    "key-quoted": ["key-escaped", "key-malformed", "healthy-key-in-other-words"],
    "key-strings-out-of-order": ["key-in-two-records", "key-truncated", "healthy-key-in-other-words"],
    "key-mismatch": ["key-truncated", "key-too-weak", "healthy-key-in-other-words", "multiple-txt-at-selector"],
    "key-revoked": ["wildcard-revocation", "key-cut-at-semicolon"],
    "key-malformed": ["key-truncated", "key-quoted", "key-escaped", "key-revoked", "key-strings-out-of-order"],
    "key-too-weak": ["key-mismatch", "healthy-own-key"],
    "mailfrom-mx-missing": ["mailfrom-spf-missing", "mailfrom-receives-mail", "record-missing"],
    "mailfrom-mx-wrong-region": ["mailfrom-mx-several", "mailfrom-receives-mail", "wrong-region-target"],
    "mailfrom-mx-several": ["mailfrom-receives-mail", "mailfrom-mx-wrong-region"],
    "mailfrom-spf-missing": ["mailfrom-mx-missing", "healthy-mail-from"],
    "mailfrom-receives-mail": ["mailfrom-mx-several", "mailfrom-mx-wrong-region"],
    "mailfrom-not-started": ["mailfrom-mx-missing-optional", "healthy-mail-from", "authentication-not-started"],
    "replica-broken": ["provider-not-rechecked", "authentication-not-started"],
    "spf-missing": ["spf-multiple", "spf-syntax", "spf-include-missing", "healthy-policy"],
    "spf-multiple": ["spf-missing", "spf-include-missing", "dmarc-multiple", "healthy-policy"],
    "spf-syntax": ["spf-missing", "spf-multiple", "spf-include-missing", "dmarc-syntax", "healthy-policy"],
    "spf-too-many-lookups": ["spf-void-lookups", "spf-include-missing-dangling", "healthy-policy"],
    "spf-void-lookups": ["spf-too-many-lookups", "spf-include-missing-dangling", "healthy-policy"],
    "spf-include-missing": ["spf-missing", "spf-multiple", "spf-void-lookups", "healthy-policy"],
    "spf-permissive": ["spf-missing", "spf-include-missing", "healthy-policy"],
    "dmarc-missing": ["dmarc-multiple", "dmarc-syntax", "healthy-policy"],
    "dmarc-multiple": ["dmarc-missing", "dmarc-syntax", "spf-multiple", "healthy-policy"],
    "dmarc-wrong-name": ["dmarc-missing", "dmarc-multiple", "healthy-policy"],
    "dmarc-syntax": ["dmarc-missing", "dmarc-multiple", "dmarc-wrong-name", "healthy-policy"],
    "dmarc-unaligned": ["dmarc-multiple", "dmarc-report-unauthorised", "healthy-policy"],
    "dmarc-report-unauthorised": ["dmarc-unaligned", "dmarc-syntax", "healthy-policy"],
}
CODES = {name: {told.code, *told.also} for name in scenario_names() for told in [load_scenario(name)]}
FIRING = {code: [name for name, codes in CODES.items() if code in codes] for code in RULES}


def found(code: str, case: Case) -> list[Finding]:
    return list(rule_of(code).finds(case))


def case_of(name: str) -> Case:
    return report_of(name).case


def silenced(exchange: Exchange) -> Exchange:
    """The same question, never answered."""
    bare = replace(exchange, answer=(), authority=(), additional=(), ede=())
    return replace(bare, outcome=Outcome.TIMEOUT, rcode="", aa=False, tc=False, ad=False)


def without(case: Case, heard: set[int]) -> Case:
    """The case in which only these exchanges were answered."""
    told = [e if i in heard else silenced(e) for i, e in enumerate(case.observation.exchanges)]
    return Case(case.expected, replace(case.observation, exchanges=tuple(told)))


@pytest.mark.parametrize("code", RULES)
def test_fires(code: str) -> None:
    assert any(found(code, case_of(name)) for name in FIRING[code])


@pytest.mark.parametrize("code", RULES)
def test_quiet_on_healthy(code: str) -> None:
    loud = {name: found(code, case_of(name)) for name in HEALTHY}
    assert {name: said for name, said in loud.items() if any(f.severity is Severity.ERROR for f in said)} == {}


@pytest.mark.parametrize("code", RULES)
def test_leaves_its_look_alikes_to_their_rules(code: str) -> None:
    assert LOOK_ALIKES[code]
    assert [name for name in LOOK_ALIKES[code] if found(code, case_of(name))] == []


@pytest.mark.parametrize("code", [code for code in RULES if code not in OF_SILENCE])
def test_silent_on_silence(code: str) -> None:
    for name in FIRING[code]:
        case = case_of(name)
        bare = replace(case.observation, hosted_zones=(), registration=None)
        assert found(code, without(Case(case.expected, bare), set())) == []


@pytest.mark.parametrize("name", HEALTHY)
def test_a_healthy_domain_half_heard_is_not_blamed(name: str) -> None:
    """Whatever part of the answers is lost, silence is not taken for absence."""
    case = case_of(name)
    count = len(case.observation.exchanges)
    for seed in range(25):
        draw = random.Random(seed)
        share = draw.random()
        partly = without(case, {i for i in range(count) if draw.random() < share})
        blamed = {f.code for f in diagnose(partly).errors}
        assert blamed <= OF_SILENCE | OF_HALF_SILENCE, (seed, blamed)

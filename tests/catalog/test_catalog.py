from __future__ import annotations

import contextlib
import ipaddress
import string
import time
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from unpend import catalog
from unpend.catalog import dns_hosts, mail_providers, name_servers, proxies, root_servers, ses_regions
from unpend.catalog.tables import table
from unpend.model.errors import UnpendError, UsageError
from unpend.model.text import Text
from unpend.sources import signing_zones

FILES = ["dns_hosts.toml", "name_servers.toml", "mail_providers.toml", "ses_regions.toml", "proxy_ranges.toml"]


def sentences(held: Any) -> Iterator[dict[str, str]]:
    if isinstance(held, dict):
        if "en" in held or "ja" in held:
            yield held
        else:
            for inner in held.values():
                yield from sentences(inner)
    elif isinstance(held, list):
        for inner in held:
            yield from sentences(inner)


def places(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


@pytest.mark.parametrize("file", FILES)
def test_both_languages(file: str) -> None:
    for held in sentences(table(file)):
        assert set(held) == {"en", "ja"}, held
        assert held["en"].strip()
        assert held["ja"].strip()
        assert places(held["en"]) == places(held["ja"]) == set(), held


@pytest.mark.parametrize(
    ("nameserver", "kind"),
    [
        ("ns1.emailverification.info.", "registrant-unverified"),
        ("ns3.registrant-verification.ispapi.net.", "registrant-unverified"),
        ("failed-whois-verification.namecheap.com.", "registrant-unverified"),
        ("ns1.pendingrenewaldeletion.com.", "expired"),
        ("dns1.onamae-expired.com", "expired"),
        ("expirens3.hichina.com.", "expired"),
        ("expired-domain-ns2.fabulous.com.", "expired"),
        ("ns1.domain-expired.myhostadmin.net.", "expired"),
        ("expired1.namebrightdns.com.", "expired"),
        ("ns1.sedoparking.com.", "parked"),
        ("NS5.AFTERNIC.COM.", "parked"),
        ("park1.dynadot.com.", "parked"),
        ("nsg1.namebrightdns.com.", "parked"),
        ("ns1.dns-parking.com.", None),
        ("launch1.spaceship.net.", None),
        ("dns1.registrar-servers.com.", None),
        ("ns01.domaincontrol.com.", None),
        ("dns1.onamae.com.", None),
        ("dns1.name-services.com.", None),
        ("ns1.notsedoparking.com.", None),
        ("ns1.dns-expired.com.example.net.", None),
        ("dns9.hichina.com.", None),
    ],
)
def test_special_name_servers(nameserver: str, kind: str | None) -> None:
    assert catalog.special_kind(nameserver) == kind


def test_special_name_servers_are_nobodys_dns_host() -> None:
    for _, suffixes, _ in name_servers._kinds():
        for suffix in suffixes - {"failed-whois-verification.namecheap.com"}:
            assert catalog.host_of([f"ns1.{suffix}."]) is None, suffix


@pytest.mark.parametrize("entry", table("mail_providers.toml")["provider"], ids=lambda entry: entry["id"])
def test_every_provider_knows_its_own_examples(entry: dict[str, Any]) -> None:
    provider = catalog.provider_by_id(entry["id"])
    assert provider is not None
    assert provider.targets or provider.texts or provider.selectors or provider.selector_patterns
    assert not provider.targets or entry["example_targets"]
    for target in entry.get("example_targets", ()):
        assert catalog.provider_of_target(target.upper() + ".") == provider
        assert catalog.provider_of_target("x" + target + "x.") != provider
    for content in entry.get("example_texts", ()):
        assert catalog.provider_of_txt(content) == provider
    for selector in entry.get("example_selectors", ()):
        assert catalog.provider_of_selector(selector) == provider
    for selector in provider.selectors:
        assert catalog.provider_of_selector(selector) == provider
    assert not provider.underneath or catalog.provider_by_id(provider.underneath)


def test_providers_are_many_and_unique() -> None:
    ids = [provider.id for provider in catalog.all_providers()]
    assert len(ids) == len(set(ids)) >= 30
    known = {"id", "name", "targets", "texts", "keys", "selectors", "selector_patterns", "underneath", "confidence"}
    examples = {"example_targets", "example_texts", "example_selectors"}
    for entry in table("mail_providers.toml")["provider"]:
        assert set(entry) <= known | examples


@pytest.mark.parametrize("content", ["v=DKIM1; k=rsa; p=MIG", "p=MIG", "", "hello"])
def test_a_key_of_anybody_is_nobodys(content: str) -> None:
    assert catalog.provider_of_txt(content) is None


def test_shared_selectors_are_no_evidence() -> None:
    for selector in ("default", "s1", "selector1", "k1", "mail"):
        assert selector in catalog.common_selectors()
        assert catalog.provider_of_selector(selector) is None
    assert len(catalog.common_selectors()) == len(set(catalog.common_selectors())) > 50


def test_both_region_tables_are_equal() -> None:
    assert set(catalog.regions()) == signing_zones.REGIONS
    assert len(catalog.regions()) == 30
    for region in catalog.regions():
        assert catalog.signing_zone_of(region) == signing_zones.region_zone(region)
    assert len(catalog.ses_zones()) == 12


TOKEN = "a" * 30 + "23"


@pytest.mark.parametrize(
    ("target", "region", "ses"),
    [
        (f"{TOKEN}.dkim.amazonses.com.", None, True),
        (f"{TOKEN}.dkim.eu-south-1.amazonses.com", "eu-south-1", True),
        (f"{TOKEN}.dkim.us-east-1.amazonses.com.", "us-east-1", True),
        (f"{TOKEN.upper()}.DKIM.AMAZONSES.COM", None, True),
        (f"{TOKEN}.a31d.dkim.us-west-2.amazonses.com.", "us-west-2", True),
        (f"{TOKEN}.dkim.mars-1.amazonses.com.", None, True),
        ("10 feedback-smtp.eu-west-1.amazonses.com.", "eu-west-1", False),
        (f"{TOKEN}.dkim.amazonses.com.example.com.", None, False),
        ("dkim.amazonses.com.", None, False),
        ("short.dkim.amazonses.com.", None, False),
        ("", None, False),
    ],
)
def test_ses_targets(target: str, region: str | None, ses: bool) -> None:
    assert catalog.region_of_target(target) == region
    assert catalog.is_ses_target(target) is ses


@pytest.mark.parametrize(
    ("address", "proxy"),
    [
        ("104.21.3.4", "cloudflare"),
        ("172.67.0.1", "cloudflare"),
        ("2606:4700::6810:1", "cloudflare"),
        ("2a06:98c7::1", "cloudflare"),
        ("192.0.2.1", None),
        ("172.80.0.1", None),
        ("2001:db8::1", None),
        ("not an address", None),
    ],
)
def test_proxies(address: str, proxy: str | None) -> None:
    assert catalog.proxy_of(address) == proxy


def test_root_hints() -> None:
    hints = catalog.root_hints()
    assert [name for name, _ in hints] == [f"{letter}.root-servers.net." for letter in "abcdefghijklm"]
    for _, addresses in hints:
        assert [ipaddress.ip_address(a).version for a in addresses] == [4, 6]


def test_parsed_hints() -> None:
    text = ". IN NS A.Test.\n$TTL 5 ; x\na.test. 60 IN A 127.0.0.1 ; here\na.test. AAAA ::1\n. 60 NS b.test\n"
    assert catalog.parse_hints(text) == (("a.test.", ("127.0.0.1", "::1")),)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", root_servers.NOT_HINTS),
        (". NS a.test.", root_servers.NOT_HINTS),
        ("a.test. A 127.0.0.1", root_servers.NOT_HINTS),
        ("hello", root_servers.BAD_LINE),
        (". NS a.test.\na.test. A localhost", root_servers.BAD_LINE),
        (". NS a.test.\na.test. A ::1", root_servers.BAD_LINE),
        (". NS a.test.\na.test. AAAA 127.0.0.1", root_servers.BAD_LINE),
        ("x" * (1 << 19), root_servers.TOO_LARGE),
        ("".join(f". NS n{i}.\nn{i}. A 127.0.0.1\n" for i in range(100)), root_servers.TOO_LARGE),
    ],
)
def test_hints_refused(text: str, why: Text) -> None:
    with pytest.raises(UsageError) as caught:
        catalog.parse_hints(text)
    assert caught.value.message.en == why.en
    assert caught.value.message.of("ja")
    assert caught.value.hint is not None


@given(st.one_of(st.text(), st.text(". NSA4;\n\t:1$", max_size=60)))
def test_hints_never_crash(text: str) -> None:
    with contextlib.suppress(UnpendError):
        assert catalog.parse_hints(text)


@given(st.text())
def test_recognisers_never_crash(text: str) -> None:
    catalog.host_of([text])
    catalog.special_kind(text)
    catalog.provider_of_target(text)
    catalog.provider_of_txt(text)
    catalog.provider_of_selector(text)
    catalog.region_of_target(text)
    catalog.proxy_of(text)


def test_resolvers() -> None:
    assert [r.address for r in catalog.public_resolvers()] == ["1.1.1.1", "8.8.8.8", "9.9.9.9"]


@pytest.mark.parametrize(
    "load",
    [
        dns_hosts.all_hosts,
        mail_providers.all_providers,
        name_servers._kinds,
        ses_regions.regions,
        proxies._networks,
        root_servers.root_hints,
    ],
)
def test_loading_is_quick(load: Any) -> None:
    """Generous against a busy machine: the aim is 15 ms."""
    best = min(_seconds(load) for _ in range(5))
    assert best < 1


def _seconds(load: Any) -> float:
    load.cache_clear()
    table.cache_clear()
    start = time.perf_counter()
    load()
    return time.perf_counter() - start


@pytest.mark.parametrize(
    ("name", "type_", "value", "owner"),
    [
        ("s1._domainkey.example.com.", "CNAME", "s1.domainkey.u1.wl2.sendgrid.net.", "sendgrid"),
        ("google._domainkey.example.com.", "TXT", "v=DKIM1; k=rsa; p=MIIB", "google"),
        ("google._domainkey.example.com.", "TXT", "v=DKIM1; k=rsa; h=sha256; p=MIIB", "sparkpost"),
        ("any._domainkey.example.com.", "TXT", "p=MIGfMA0GCSq GSIb3", "ses"),
        ("k1._domainkey.example.com.", "TXT", "k=rsa; p=MIIB", None),
        ("google.example.com.", "TXT", "hello", None),
    ],
)
def test_whose_record_stands_at_a_name(name: str, type_: str, value: str, owner: str | None) -> None:
    """The target or content first, then the shape of the key, the selector last."""
    found = catalog.provider_of_record(name, type_, value)
    assert (found.id if found else None) == owner

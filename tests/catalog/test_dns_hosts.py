from __future__ import annotations

import re

import pytest

from unpend.catalog import DnsHost, all_hosts, generic_words, host_by_id, host_of, probe_hosts
from unpend.catalog.tables import table

FOUND_BY_ID_ONLY = {"cpanel", "plesk", "directadmin"}


@pytest.mark.parametrize(
    ("nameserver", "id_"),
    [
        ("ns-1234.awsdns-05.co.uk.", "route53"),
        ("NS-1.AWSDNS-01.COM", "route53"),
        ("ada.ns.cloudflare.com.", "cloudflare"),
        ("ns01.domaincontrol.com.", "godaddy"),
        ("dns1.registrar-servers.com.", "namecheap"),
        ("ns-cloud-d3.googledomains.com.", "google"),
        ("ns1.squarespacedns.com.", "squarespace"),
        ("ns2-07.azure-dns.net.", "azure"),
        ("ns3.digitalocean.com.", "digitalocean"),
        ("ns5.linode.com.", "linode"),
        ("ns1.vultr.com.", "vultr"),
        ("helium.ns.hetzner.de.", "hetzner"),
        ("ns2.dnsimple-edge.net.", "dnsimple"),
        ("dns3.p04.nsone.net.", "ns1"),
        ("ns1.vercel-dns.com.", "vercel"),
        ("ns8.wixdns.net.", "wix"),
        ("ns1.dns-parking.com.", "hostinger"),
        ("ns1045.ui-dns.biz.", "ionos"),
        ("docks05.rzone.de.", "strato"),
        ("ns61.worldnic.com.", "network-solutions"),
        ("ns1abc.name.com.", "name-com"),
        ("ns-12-b.gandi.net.", "gandi"),
        ("salvador.ns.porkbun.com.", "porkbun"),
        ("ns1.dnsowl.com.", "namesilo"),
        ("dns103.ovh.net.", "ovh"),
        ("ns103.ovh.net.", "ovh"),
        ("ns1.transip.nl.", "transip"),
        ("second-dns.netcup.net.", "netcup"),
        ("ns2.desec.org.", "desec"),
        ("ns3.he.net.", "he"),
        ("pdns1.ultradns.net.", "ultradns"),
        ("dns9.hichina.com.", "alibaba"),
        ("f1g1ns1.dnspod.net.", "dnspod"),
        ("ns2.loopia.se.", "loopia"),
        ("ns1.softlayer.com.", "softlayer"),
        ("01.dnsv.jp.", "onamae"),
        ("dns2.onamae.com.", "onamae"),
        ("dns02.muumuu-domain.com.", "muumuu"),
        ("ns4.xserver.jp.", "xserver"),
        ("ns2.xdomain.ne.jp.", "xserver-domain"),
        ("ns1.dns.ne.jp.", "sakura"),
        ("ns2.gslb5.sakura.ne.jp.", "sakura-cloud"),
        ("ns3.value-domain.com.", "value-domain"),
        ("ns-a2.conoha.io.", "conoha"),
        ("ns1.kagoya.net.", "kagoya"),
        ("uns01.lolipop.jp.", "lolipop"),
    ],
)
def test_recognised(nameserver: str, id_: str) -> None:
    host = host_of([nameserver])
    assert host is not None
    assert host.id == id_


@pytest.mark.parametrize(
    "nameserver",
    ["ns1.example.com.", "notdomaincontrol.com.", "domaincontrol.com.evil.example.", "com.", ".", "", "ns9.dns.ne.jp"],
)
def test_not_recognised(nameserver: str) -> None:
    assert host_of([nameserver]) is None


def test_the_majority_decides() -> None:
    assert host_of(["ns1.example.com.", "a.ns.cloudflare.com.", "01.dnsv.jp.", "02.dnsv.jp."]) == host_by_id("onamae")
    assert host_of([]) is None


@pytest.mark.parametrize("host", all_hosts(), ids=lambda host: host.id)
def test_every_entry_is_whole(host: DnsHost) -> None:
    assert host.suffixes or host.patterns or host.id in FOUND_BY_ID_ONLY
    assert host.host_field in ("relative", "full", "either")
    assert host.target_dot in ("none", "needed", "optional", "unknown")
    assert host.underscore in ("ok", "owner-refused", "target-refused", "mixed")
    for suffix in host.suffixes:
        assert suffix == suffix.lower().strip(".")
        assert host_of([f"ns1.{suffix}."]) == host
        assert host_of([f"ns1.{suffix}.example."]) is None
    for pattern in host.patterns:
        re.compile(pattern)
    for probe in (*host.probes, *host.live_nameservers, *host.default_nameservers):
        assert host_of([probe]) == host
    assert host_by_id(host.id) == host


def test_no_unknown_key_slips_in() -> None:
    known = {"id", "name", "suffixes", "patterns", "host_field", "target_dot", "underscore", "ttl", "min_ttl", "where"}
    known |= {
        "publish_seconds",
        "per_zone_ns",
        "activates",
        "probes",
        "live_nameservers",
        "default_nameservers",
        "quirks",
        "words",
    }
    known |= {"confidence", "txt_limit"}
    for entry in table("dns_hosts.toml")["host"]:
        assert set(entry) <= known, entry["id"]
        assert set(entry.get("words", {})) <= {"name", "type", "value", "ttl", "priority", "at", "extra"}, entry["id"]
        assert entry.get("confidence", "own-knowledge") == "own-knowledge"


def test_ids_and_suffixes_are_unique() -> None:
    ids = [host.id for host in all_hosts()]
    suffixes = [suffix for host in all_hosts() for suffix in host.suffixes]
    assert len(ids) == len(set(ids))
    assert len(suffixes) == len(set(suffixes))


def test_facts_that_others_rely_on() -> None:
    facts = {
        id_: host
        for id_ in ("onamae", "kagoya", "muumuu", "namesilo", "linode", "sakura", "cloudflare")
        if (host := host_by_id(id_))
    }
    assert {id_: host.publish_seconds for id_, host in facts.items()} == {
        "onamae": 0,
        "kagoya": 900,
        "muumuu": 3600,
        "namesilo": 900,
        "linode": 900,
        "sakura": 0,
        "cloudflare": 0,
    }
    assert facts["sakura"].target_dot == "needed"
    assert facts["onamae"].words.name.ja == "ホスト名"
    assert facts["onamae"].default_nameservers == ("dns1.onamae.com.", "dns2.onamae.com.")
    assert facts["cloudflare"].words.extra is not None
    assert {h.id for h in all_hosts() if h.per_zone_ns} >= {"route53", "cloudflare", "google", "azure"}
    assert generic_words().name.ja == "名前"


def test_probe_list() -> None:
    probes = {name: id_ for id_, name in probe_hosts()}
    assert probes["01.dnsv.jp."] == "onamae"
    assert probes["dns1.onamae.com."] == "onamae"
    assert len(probes) == len(probe_hosts()) >= 25

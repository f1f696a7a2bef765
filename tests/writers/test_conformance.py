"""Every writer keeps the same promises: the reference in memory, Route 53, BIND and Knot by RFC 2136, PowerDNS, dns-lexicon."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

import pytest
from tests.real.daemons import PORT, TSIG, Authoritative, PowerDns, UpdatableBind, UpdatableKnot, stopping
from tests.real.world import NETWORK

from unpend.model.errors import CredentialsError, RefusedError, WriterError
from unpend.writers import Held, Memory, Writer
from unpend.writers.lexicon import Lexicon
from unpend.writers.powerdns import PowerDns as PowerDnsWriter
from unpend.writers.rfc2136 import Rfc2136
from unpend.writers.route53 import Route53

from .cloudflare import TOKEN, Cloudflare, serving

ZONE = "example.com."
NAME = "tok._domainkey.example.com."
CNAME = Held(("tok.dkim.amazonses.com.",), 300)
KEY = "v=DKIM1; k=rsa; p=" + "MIIB" * 100
ADDRESSES = (f"{NETWORK}.252.{i}" for i in count(1))
CUT = '"v=DKIM1; " "k=rsa; p=MIIB" "AAAA"'
JOINED = "v=DKIM1; k=rsa; p=MIIBAAAA"
ZONE_TEXT = f"""{ZONE} 3600 SOA ns1.{ZONE} hostmaster.{ZONE} 1 7200 900 1209600 900
{ZONE} 3600 NS ns1.{ZONE}
ns1.{ZONE} 3600 A 127.0.0.1
*.{ZONE} 3600 A 192.0.2.9
*._domainkey.{ZONE} 3600 CNAME parked.example.net.
cut.{ZONE} 300 TXT {CUT}
"""


@contextmanager
def memory(folder: Path) -> Iterator[Writer]:
    yield Memory(ZONE)


@contextmanager
def route53(folder: Path) -> Iterator[Writer]:
    import boto3
    from moto import mock_aws

    with mock_aws():
        client = boto3.client("route53", "us-east-1", aws_access_key_id="test", aws_secret_access_key="test")
        client.create_hosted_zone(Name=ZONE, CallerReference="1")
        yield Route53(client=client)


@contextmanager
def updated(kind: type[Authoritative], folder: Path) -> Iterator[Writer]:
    server = kind(folder, [next(ADDRESSES)])
    with stopping([server]):
        server.serve({ZONE: ZONE_TEXT})
        yield Rfc2136(server.addresses[0], PORT, *TSIG)


@contextmanager
def bind(folder: Path) -> Iterator[Writer]:
    with updated(UpdatableBind, folder) as writer:
        yield writer


@contextmanager
def knot(folder: Path) -> Iterator[Writer]:
    with updated(UpdatableKnot, folder) as writer:
        yield writer


@contextmanager
def powerdns(folder: Path) -> Iterator[Writer]:
    server = PowerDns(folder, [next(ADDRESSES)])
    with stopping([server]):
        server.start()
        wildcard = {
            "name": f"*._domainkey.{ZONE}",
            "type": "CNAME",
            "ttl": 60,
            "records": [{"content": "parked.example.net."}],
        }
        made = server.called(
            "POST", "", {"name": ZONE, "kind": "Native", "nameservers": [f"ns1.{ZONE}"], "rrsets": [wildcard]}
        )
        assert made, server.complaint("takes no zone")
        yield PowerDnsWriter(server.url, server.key)


@contextmanager
def cloudflare(folder: Path) -> Iterator[Writer]:
    with serving(Cloudflare("example.net", ZONE.rstrip("."))):
        yield Lexicon.from_environment({"CLOUDFLARE_API_TOKEN": TOKEN}, "cloudflare")


MAKERS: list[Callable[..., object]] = [memory, route53, cloudflare, bind, knot, powerdns]
ELSEWHERE = (bind, knot, powerdns)


@pytest.fixture(
    params=[pytest.param(m, id=m.__name__, marks=[pytest.mark.real] if m in ELSEWHERE else []) for m in MAKERS]
)
def writer(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Writer]:
    with request.param(tmp_path / "server") as made:
        yield made


def test_creates_replaces_and_deletes(writer: Writer) -> None:
    assert writer.read(ZONE, NAME, "CNAME") == Held()
    writer.write(ZONE, NAME, "CNAME", Held(), CNAME)
    assert writer.read(ZONE, NAME, "CNAME") == CNAME
    other = Held(("other.dkim.amazonses.com.",), 600)
    writer.write(ZONE, NAME, "CNAME", CNAME, other)
    assert writer.read(ZONE, NAME, "CNAME") == other
    writer.write(ZONE, NAME, "CNAME", other, Held())
    assert writer.read(ZONE, NAME, "CNAME") == Held()


@pytest.mark.parametrize(
    ("type_", "values"),
    [
        ("TXT", (KEY,)),
        ("TXT", ("v=spf1 include:_spf.example.com ~all", 'with "quotes" and ; semicolon')),
        ("MX", ("10 feedback-smtp.us-east-1.amazonses.com.", "20 mail.example.net.")),
        ("A", ("192.0.2.1", "192.0.2.2")),
    ],
)
def test_values_come_back_as_they_were_written(writer: Writer, type_: str, values: tuple[str, ...]) -> None:
    name = f"send.{ZONE}"
    writer.write(ZONE, name, type_, Held(), Held(values, 300))
    found = writer.read(ZONE, name, type_)
    assert (set(found.values), found.ttl) == (set(values), 300)
    writer.write(ZONE, name, type_, found, Held())
    assert writer.read(ZONE, name, type_) == Held()


def test_writes_nothing_where_something_else_stands(writer: Writer) -> None:
    writer.write(ZONE, NAME, "CNAME", Held(), CNAME)
    for before in (Held(), Held(("else.example.net.",), 300)):
        with pytest.raises(RefusedError, match="no longer what it was"):
            writer.write(ZONE, NAME, "CNAME", before, Held(("new.example.net.",), 300))
    assert writer.read(ZONE, NAME, "CNAME") == CNAME


def test_another_set_at_the_name_is_left_alone(writer: Writer) -> None:
    name = f"both.{ZONE}"
    writer.write(ZONE, name, "TXT", Held(), Held(("keep",), 300))
    writer.write(ZONE, name, "A", Held(), Held(("192.0.2.3",), 300))
    writer.write(ZONE, name, "A", Held(("192.0.2.3",), 300), Held())
    assert writer.read(ZONE, name, "TXT") == Held(("keep",), 300)


def test_a_zone_that_is_not_there(writer: Writer) -> None:
    with pytest.raises(WriterError):
        writer.write("example.org.", "a.example.org.", "A", Held(), Held(("192.0.2.1",), 300))


# --- what single hosts do ---------------------------------------------------------------------------------------


def test_route53_chooses_the_delegated_zone_never_the_first() -> None:
    import boto3
    from moto import mock_aws

    with mock_aws():
        client = boto3.client("route53", "us-east-1", aws_access_key_id="test", aws_secret_access_key="test")
        made = [client.create_hosted_zone(Name=ZONE, CallerReference=str(i)) for i in range(2)]
        servers = made[1]["DelegationSet"]["NameServers"]
        with pytest.raises(WriterError, match="delegated to none"):
            Route53(["ns1.elsewhere.example."], client).read(ZONE, NAME, "CNAME")
        assert Route53(servers, client).read(ZONE, NAME, "CNAME") == Held()
        with pytest.raises(WriterError, match="does not hold the zone"):
            Route53(servers, client).read("example.org.", "a.example.org.", "A")


@pytest.mark.real
def test_a_txt_that_is_cut_in_its_own_way_is_still_what_it_was(tmp_path: Path) -> None:
    with bind(tmp_path / "server") as writer:
        name = f"cut.{ZONE}"
        found = writer.read(ZONE, name, "TXT")
        assert found == Held((JOINED,), 300)
        with pytest.raises(RefusedError):
            writer.write(ZONE, name, "TXT", Held((JOINED + "x",), 300), Held(("new",), 300))
        writer.write(ZONE, name, "TXT", found, Held(("new",), 300))
        assert writer.read(ZONE, name, "TXT") == Held(("new",), 300)


def test_route53_deletes_a_txt_as_it_was_cut() -> None:
    import boto3
    from moto import mock_aws

    with mock_aws():
        client = boto3.client("route53", "us-east-1", aws_access_key_id="test", aws_secret_access_key="test")
        zone = client.create_hosted_zone(Name=ZONE, CallerReference="1")["HostedZone"]["Id"]
        record = {"Name": NAME, "Type": "TXT", "TTL": 300, "ResourceRecords": [{"Value": CUT}]}
        batch = {"Changes": [{"Action": "CREATE", "ResourceRecordSet": record}]}
        client.change_resource_record_sets(HostedZoneId=zone, ChangeBatch=batch)
        sent: list[dict[str, object]] = []
        client.meta.events.register(
            "provide-client-params.route-53.ChangeResourceRecordSets", lambda params, **_: sent.append(params)
        )
        Route53(client=client).write(ZONE, NAME, "TXT", Held((JOINED,), 300), Held(("new",), 300))
        assert CUT in str(sent[-1])
        assert Route53(client=client).read(ZONE, NAME, "TXT") == Held(("new",), 300)


@pytest.mark.real
def test_a_wrong_key_is_told_as_such(tmp_path: Path) -> None:
    server = UpdatableBind(tmp_path / "server", [next(ADDRESSES)])
    with stopping([server]):
        server.serve({ZONE: ZONE_TEXT})
        for key, secret in (("unknown-key", TSIG[1]), (TSIG[0], "d3JvbmcgwqBzZWNyZXQgd3JvbmcgISEhISE=")):
            with pytest.raises(CredentialsError):
                Rfc2136(server.addresses[0], PORT, key, secret).write(ZONE, NAME, "CNAME", Held(), CNAME)
        with pytest.raises(WriterError):
            Rfc2136(server.addresses[0], PORT).write(ZONE, NAME, "CNAME", Held(), CNAME)


def test_a_server_that_is_down(tmp_path: Path) -> None:
    for writer in (Rfc2136("127.0.0.1", 9), PowerDnsWriter("http://127.0.0.1:9", "k")):
        with pytest.raises(WriterError, match="cannot be reached"):
            writer.read(ZONE, NAME, "CNAME")


@pytest.mark.parametrize(
    ("maker", "environment", "names"),
    [
        (Rfc2136.from_environment, {}, "RFC2136_NAMESERVER"),
        (Rfc2136.from_environment, {"RFC2136_NAMESERVER": "192.0.2.1", "RFC2136_TSIG_KEY": "k"}, "RFC2136_TSIG_SECRET"),
        (
            Rfc2136.from_environment,
            {"RFC2136_NAMESERVER": "192.0.2.1", "RFC2136_TSIG_KEY": "k", "RFC2136_TSIG_SECRET": "%%%"},
            "base64",
        ),
        (PowerDnsWriter.from_environment, {"PDNS_API_URL": "http://127.0.0.1"}, "PDNS_API_KEY"),
        (PowerDnsWriter.from_environment, {"PDNS_API_URL": "file:///etc/passwd", "PDNS_API_KEY": "k"}, "http"),
    ],
)
def test_missing_settings_are_named(maker: Callable[..., object], environment: dict[str, str], names: str) -> None:
    with pytest.raises(CredentialsError, match=names):
        maker(environment)

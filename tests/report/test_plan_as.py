"""A plan in other tools' forms, read by those tools: what they understand is what the plan says."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path

import dns.rdatatype
import dns.zonefile
import hcl2
import pytest

from unpend.model.names import relative
from unpend.model.plan import Change, Op, Plan
from unpend.model.records import joined_strings
from unpend.report.plan_as import forms, plan_as
from unpend.sources import read_expected

ZONE = "example.com."
LONG = "v=DKIM1; k=rsa; p=" + "MIIB" * 100
TOK = "tok._domainkey.example.com."


def change(op: Op, name: str, type_: str, values: tuple[str, ...], before: tuple[str, ...] = ()) -> Change:
    return Change(op, ZONE, name, relative(name, ZONE), type_, 300, values, before, ("test",))


PLAN = Plan(
    changes=(
        change(Op.DELETE, f"{TOK[:-1]}.example.com.", "CNAME", ("tok.x.",), ("tok.x.",)),
        change(Op.DELETE, "@".replace("@", ZONE), "TXT", ("going",), ("going", 'stay "put"; ${x}')),
        change(Op.CREATE, TOK, "CNAME", ("tok.dkim.amazonses.com.",)),
        change(Op.REPLACE, "s1._domainkey.example.com.", "TXT", (LONG,), ("old",)),
        change(Op.CREATE, "send.example.com.", "MX", ("10 feedback-smtp.us-east-1.amazonses.com.",)),
    )
)
WANTED = {
    (ZONE, "TXT"): {'stay "put"; ${x}'},
    (TOK, "CNAME"): {"tok.dkim.amazonses.com."},
    ("s1._domainkey.example.com.", "TXT"): {LONG},
    ("send.example.com.", "MX"): {"10 feedback-smtp.us-east-1.amazonses.com."},
}


@pytest.mark.parametrize("form", forms())
def test_an_empty_plan_has_no_edits(form: str) -> None:
    assert TOK.rstrip(".") not in plan_as(form, Plan())


@pytest.mark.parametrize("form", forms())
def test_what_goes_is_named(form: str) -> None:
    assert "going" in plan_as(form, PLAN) or form == "route53-json"


def test_bind_is_read_by_dnspython() -> None:
    assert understood(plan_as("bind", PLAN)) == WANTED


def test_bind_is_loaded_by_named_checkzone(tmp_path: Path) -> None:
    from tests.real.daemons import needed

    head = f"{ZONE} 300 SOA ns1.{ZONE} h.{ZONE} 1 1 1 1 1\n{ZONE} 300 NS ns1.{ZONE}\nns1.{ZONE} 300 A 192.0.2.1\n"
    (tmp_path / "zone").write_text(head + plan_as("bind", PLAN))
    command = [needed("named-checkzone"), "-i", "none", ZONE, str(tmp_path / "zone")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("form", ["bind", "csv"])
def test_what_unpend_prints_it_reads(form: str) -> None:
    told = read_expected(plan_as(form, PLAN), ZONE)
    assert {(r.name, r.type): set(r.values) for r in told.records} == WANTED


def test_route53_takes_the_batch() -> None:
    import boto3
    from moto import mock_aws

    with mock_aws():
        client = boto3.client("route53", "us-east-1", aws_access_key_id="test", aws_secret_access_key="test")
        made = client.create_hosted_zone(Name=ZONE, CallerReference="1")["HostedZone"]["Id"]
        before = [(c.name, c.type, c.before) for c in PLAN.changes if isinstance(c, Change) and c.before]
        old = Plan(changes=tuple(change(Op.CREATE, name, type_, values) for name, type_, values in before))
        for plan in (old, PLAN):
            batch = json.loads(plan_as("route53-json", plan))
            client.change_resource_record_sets(HostedZoneId=made, ChangeBatch=batch)
        sets = client.list_resource_record_sets(HostedZoneId=made)["ResourceRecordSets"]
    found = {(s["Name"], s["Type"]): {plain(s["Type"], r["Value"]) for r in s["ResourceRecords"]} for s in sets}
    assert {key: values for key, values in found.items() if key[1] not in {"SOA", "NS"}} == WANTED


def plain(type_: str, value: str) -> str:
    return joined_strings(value) if type_ == "TXT" else value


def test_octodns_reads_the_zone(tmp_path: Path) -> None:
    from octodns.provider.yaml import YamlProvider
    from octodns.zone import Zone

    (tmp_path / f"{ZONE}yaml").write_text(plan_as("octodns", PLAN))
    zone = Zone(ZONE, [])
    YamlProvider("test", str(tmp_path), escaped_semicolons=True).populate(zone)
    found = {}
    for record in zone.records:
        values = getattr(record, "values", None) or [record.value]
        found[record.fqdn, record._type] = {told(v) for v in values}
    assert found == WANTED


def told(value: object) -> str:
    if hasattr(value, "exchange"):
        return f"{value.preference} {value.exchange}"  # type: ignore[attr-defined]
    return str(value).replace("\\;", ";")


@pytest.mark.parametrize("host", ["", "route53", "cloudflare", "google", "azure"])
def test_terraform_parses(host: str) -> None:
    text = plan_as("terraform", PLAN, host)
    resources = [r for each in hcl2.loads(text)["resource"] for r in each.values()]
    assert len(resources) == 4
    assert "tok.dkim.amazonses.com" in text
    assert "$${x}" in text


def test_cloudflare_is_a_shell_script_with_json_bodies(tmp_path: Path) -> None:
    fake = tmp_path / "curl"
    fake.write_text(
        '#!/bin/sh\nfor a in "$@"; do printf "%s\\n" "$a"; done >>"$LOG"\necho \'{"result": [{"id": "id1"}]}\'\n'
    )
    fake.chmod(0o755)
    (tmp_path / "jq").write_text("#!/bin/sh\ncat >/dev/null; echo id1\n")
    (tmp_path / "jq").chmod(0o755)
    (tmp_path / "script").write_text(plan_as("cloudflare-curl", PLAN))
    environment = {
        "PATH": f"{tmp_path}:/usr/bin:/bin",
        "LOG": str(tmp_path / "log"),
        "CLOUDFLARE_API_TOKEN": "t",
        "ZONE_ID": "z1",
    }
    subprocess.run(["sh", str(tmp_path / "script")], check=True, env=environment, capture_output=True)
    said = (tmp_path / "log").read_text().splitlines()
    bodies = [json.loads(line) for line in said if line.startswith("{")]
    assert {(b["name"], b["type"]) for b in bodies} == {
        (n.rstrip("."), t) for n, t in WANTED if (n, t) != (ZONE, "TXT")
    }
    assert bodies[1]["content"].startswith('"v=DKIM1; k=rsa; p=MIIB')
    assert sum(line.endswith("/dns_records/id1") for line in said) == 3
    assert subprocess.run(
        ["sh", str(tmp_path / "script")], env={"PATH": "/bin"}, capture_output=True, check=False
    ).returncode


def test_dnscontrol_calls_are_whole() -> None:
    text = plan_as("dnscontrol", PLAN)
    calls = re.findall(r"^  (\w+)\((.*), TTL\(300\)\),?$", text, re.MULTILINE)
    parsed = {(kind, *json.loads(f"[{arguments}]")) for kind, arguments in calls}
    assert ("CNAME", "tok._domainkey", "tok.dkim.amazonses.com.") in parsed
    assert ("MX", "send", 10, "feedback-smtp.us-east-1.amazonses.com.") in parsed
    assert ("TXT", "s1._domainkey", LONG) in parsed


def understood(text: str) -> dict[tuple[str, str], set[str]]:
    found: dict[tuple[str, str], set[str]] = {}
    for rrset in dns.zonefile.read_rrsets(text, rdclass=None, origin=ZONE, relativize=False):
        type_ = dns.rdatatype.to_text(rrset.rdtype)
        found.setdefault((rrset.name.to_text(), type_), set()).update(plain(type_, str(r)) for r in rrset)
    return found

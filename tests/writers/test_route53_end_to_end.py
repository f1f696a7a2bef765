"""Route 53 on moto, its zone served to the lab: check, write, check again, take back."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import dns.name
import dns.rdatatype
import dns.rrset
import pytest
from lab_cases import look
from tests.cli.lab_flags import flags

from unpend.cli.errors import guarded
from unpend.cli.main import _invoke
from unpend.engine.apply import apply, load_undo, prepare, take_back
from unpend.lab import Lab, load_scenario
from unpend.writers.route53 import Route53

ZONE = "example.com."
NAMES = ["record-missing", "doubled-zone", "wrong-target", "wrong-type", "several-faults", "wildcard-masks"]
NAMES += ["key-truncated", "mailfrom-mx-wrong-region", "spf-include-missing"]


@pytest.fixture
def account() -> Iterator[tuple[Any, str]]:
    """A client and the id of an empty hosted zone."""
    import boto3
    from moto import mock_aws

    with mock_aws():
        client = boto3.client("route53", "us-east-1", aws_access_key_id="test", aws_secret_access_key="test")
        yield client, client.create_hosted_zone(Name=ZONE, CallerReference="1")["HostedZone"]["Id"]


def forget_the_past(client: Any, zone_id: str) -> None:
    """moto takes a set that it created once for one that is there: a journal of what is gone must not stay."""
    from moto.route53.models import route53_backends

    zone = route53_backends["123456789012"]["aws"].zones[zone_id.rpartition("/")[2]]
    there = [(h["Name"].rstrip("."), h["Type"], h["ResourceRecords"]) for h in standing(client, zone_id)]
    for change in list(zone.rr_changes):
        record = change["ResourceRecordSet"]
        if (record["Name"].rstrip("."), record["Type"], record["ResourceRecords"]) not in there:
            zone.rr_changes.remove(change)


def load(lab: Lab, client: Any, zone_id: str) -> None:
    """The lab's zone into the hosted zone."""
    changes = []
    for rrset in records(lab):
        values = [{"Value": str(rdata)} for rdata in rrset]
        held = {"Name": str(rrset.name), "Type": dns.rdatatype.to_text(rrset.rdtype), "TTL": rrset.ttl}
        changes.append({"Action": "CREATE", "ResourceRecordSet": held | {"ResourceRecords": values}})
    client.change_resource_record_sets(HostedZoneId=zone_id, ChangeBatch={"Changes": changes})


def records(lab: Lab) -> list[dns.rrset.RRset]:
    """Everything in the lab's zone but its own SOA and NS."""
    nodes = lab._world.zones["example.com"][0].nodes
    apex = dns.name.from_text(ZONE)
    own = {dns.rdatatype.SOA, dns.rdatatype.NS}
    return [rrset for name, sets in nodes.items() for rrset in sets if name != apex or rrset.rdtype not in own]


def serve(lab: Lab, client: Any, zone_id: str) -> None:
    """The hosted zone into the lab."""
    zone = lab._world.zones["example.com"][0]
    for rrset in records(lab):
        zone.remove(rrset.name, rrset.rdtype)
    for held in standing(client, zone_id):
        values = [each["Value"] for each in held["ResourceRecords"]]
        name = dns.name.from_text(held["Name"].replace("\\052", "*"))
        zone.add(dns.rrset.from_text_list(name, held["TTL"], "IN", held["Type"], values))
    lab.flush()


def standing(client: Any, zone_id: str) -> list[dict[str, Any]]:
    sets = client.list_resource_record_sets(HostedZoneId=zone_id)["ResourceRecordSets"]
    return [held for held in sets if held["Name"] != ZONE or held["Type"] not in {"SOA", "NS"}]


@pytest.mark.parametrize("name", NAMES)
async def test_written_seen_and_taken_back(name: str, account: tuple[Any, str]) -> None:
    client, zone_id = account
    saved: list[bytes] = []
    async with Lab(load_scenario(name)) as lab:
        load(lab, client, zone_id)
        before = standing(client, zone_id)
        writer = Route53(client=client)
        undo = prepare(writer, "example.com.", (await look(lab)).plan)
        apply(writer, undo, "undo.json", saved.append, lambda _: None)
        serve(lab, client, zone_id)
        after = await look(lab)
        assert str(after.verdict) == "ok", after.to_text("en")
        forget_the_past(client, zone_id)
        take_back(writer, load_undo(saved[-1]), "undo.json", saved.append, lambda _: None)
    assert standing(client, zone_id) == before
    assert not any(step.done for step in load_undo(saved[-1]).steps)
    assert not any(step.done for step in load_undo(saved[0]).steps)


@contextlib.asynccontextmanager
async def published(lab: Lab, client: Any, zone_id: str) -> AsyncIterator[None]:
    """The hosted zone is served to the lab whenever it changes, as Route 53's name servers do."""

    async def follow() -> None:
        seen = None
        while True:
            now = standing(client, zone_id)
            if now != seen:
                serve(lab, client, zone_id)
                seen = now
            await asyncio.sleep(0.1)

    task = asyncio.create_task(follow())
    yield
    task.cancel()


async def test_typed_where_two_hosted_zones_have_one_name(
    account: tuple[Any, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`unpend fix --yes` in the zone whose name servers are delegated; the other, which stands first, is left alone."""
    from moto.route53.models import route53_backends

    async def typed(*words: str) -> int:
        monkeypatch.setattr("sys.argv", ["unpend", *words])
        return await asyncio.to_thread(guarded, _invoke)

    client, first = account
    zone_id = client.create_hosted_zone(Name=ZONE, CallerReference="2")["HostedZone"]["Id"]
    file = str(tmp_path / "undo.json")
    async with Lab(load_scenario("doubled-zone")) as lab:
        report = await look(lab)
        held = route53_backends["123456789012"]["aws"].zones[zone_id.rpartition("/")[2]]
        assert held.delegation_set
        held.delegation_set.name_servers = [name.rstrip(".") for name in report.nameservers]
        load(lab, client, zone_id)
        before, others = standing(client, zone_id), standing(client, first)
        async with published(lab, client, zone_id):
            words = ("--via", "route53", "--yes", "--quiet", "--undo-file", file, "--wait", "30")
            code = await typed("fix", *flags(lab, tmp_path), *words)
        assert code == 0
        assert str((await look(lab)).verdict) == "ok"
        forget_the_past(client, zone_id)
        assert await typed("undo", file, "--quiet") == 0
    assert (standing(client, zone_id), standing(client, first)) == (before, others)

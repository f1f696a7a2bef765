"""Amazon Route 53 (boto3, the standard credential chain). A batch is made whole or not at all."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from unpend.aws import called, client_of, session_of
from unpend.model.errors import RefusedError, WriterError
from unpend.model.names import absolute
from unpend.model.records import modelled, presented
from unpend.model.text import Text
from unpend.writers.contract import AGAIN, CHANGED, NO_ZONE, NO_ZONE_HINT, Held

HOST = "Amazon Route 53"
NOT_DELEGATED = Text(
    en="The account has {count} hosted zones named {zone}, and the domain is delegated to none of them.",
    ja="アカウントには {zone} のホストゾーンが {count} 個ありますが、どれにも委任されていません。",
)
# The set itself comes first, but emulators order names in other ways.
LISTED = "100"
_OCTAL = re.compile(r"\\(\d{3})")


class Route53:
    """The hosted zones of one account. `nameservers` are those that the domain is delegated to: they tell which is used."""

    host = HOST

    def __init__(self, nameservers: Iterable[str] = (), client: Any = None) -> None:
        self._nameservers = frozenset(ns.rstrip(".").lower() for ns in nameservers)
        self._client = client or _client()
        self._ids: dict[str, str] = {}

    def read(self, zone: str, name: str, type_: str) -> Held:
        """The set, from the hosted zone that is delegated."""
        return _held(self._listed(zone, name, type_))

    def _listed(self, zone: str, name: str, type_: str) -> dict[str, Any] | None:
        """The set as Route 53 holds it: to be deleted it has to be named exactly so, strings of a TXT included."""
        found = self._called(
            "list_resource_record_sets",
            HostedZoneId=self._zone_id(zone),
            StartRecordName=name,
            StartRecordType=type_,
            MaxItems=LISTED,
        )
        same = (e for e in found["ResourceRecordSets"] if _name(e["Name"]) == name and e["Type"] == type_)
        return next((each for each in same if "ResourceRecords" in each), None)

    def write(self, zone: str, name: str, type_: str, before: Held, after: Held) -> None:
        """Delete exactly what was there and create what is to be, in one batch."""
        standing = self._listed(zone, name, type_)
        found = _held(standing)
        if not found.same(before.values):
            raise RefusedError(CHANGED.fill(name=name, type=type_, found=found.values or "-"), AGAIN)
        new = _set(name, type_, after) if after.values else None
        actions = [("DELETE", standing), ("CREATE", new)]
        changes = [{"Action": action, "ResourceRecordSet": each} for action, each in actions if each]
        batch = {"Comment": "unpend fix", "Changes": changes}
        self._called("change_resource_record_sets", HostedZoneId=self._zone_id(zone), ChangeBatch=batch)

    def _zone_id(self, zone: str) -> str:
        """Of several hosted zones of one name, the one whose name servers are delegated; never simply the first."""
        if zone not in self._ids:
            self._ids[zone] = self._delegated(zone)
        return self._ids[zone]

    def _delegated(self, zone: str) -> str:
        listed = self._called("list_hosted_zones_by_name", DNSName=zone)["HostedZones"]
        same = [z for z in listed if _name(z["Name"]) == zone and not z["Config"].get("PrivateZone")]
        if not same:
            raise WriterError(NO_ZONE.fill(zone=zone), NO_ZONE_HINT.fill(servers=sorted(self._nameservers)))
        for each in same:
            details = self._called("get_hosted_zone", Id=each["Id"])
            servers = {ns.rstrip(".").lower() for ns in details["DelegationSet"]["NameServers"]}
            if not self._nameservers or servers & self._nameservers:
                return str(each["Id"])
        raise WriterError(
            NOT_DELEGATED.fill(zone=zone, count=len(same)), NO_ZONE_HINT.fill(servers=sorted(self._nameservers))
        )

    def _called(self, operation: str, **arguments: Any) -> Any:
        return called(self._client, operation, **arguments)


def _client() -> Any:
    """Route 53 is one for all regions; its API is in this one."""
    return client_of(session_of(region="us-east-1", tries=5), "route53")


def _held(listed: dict[str, Any] | None) -> Held:
    if listed is None:
        return Held()
    return Held(tuple(modelled(listed["Type"], r["Value"]) for r in listed["ResourceRecords"]), listed["TTL"])


def _set(name: str, type_: str, held: Held) -> dict[str, Any]:
    values = [{"Value": presented(type_, v)} for v in held.values]
    return {"Name": name, "Type": type_, "TTL": held.ttl or 300, "ResourceRecords": values}


def _name(text: str) -> str:
    """Route 53 writes unusual characters in octal: \\052 is an asterisk."""
    return absolute(_OCTAL.sub(lambda m: chr(int(m[1], 8)), text))

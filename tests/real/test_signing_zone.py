"""The signing zone at a real BIND: keys get there by dynamic update, and the customer's CNAME leads to them."""

from __future__ import annotations

from pathlib import Path

import dns.message
import dns.query
import pytest

from unpend.engine.issuing import IssuingWork
from unpend.engine.opening import open_installation
from unpend.engine.signing_zone import UpdatedZone
from unpend.model.errors import CredentialsError
from unpend.model.identity import IdentityKey
from unpend.model.records import modelled
from unpend.model.signing_key import KeyState
from unpend.store.signing_keys import SigningKeys
from unpend.writers.rfc2136 import Rfc2136

from .daemons import PORT, TSIG, UpdatableBind

pytestmark = pytest.mark.real
ADDRESS = "127.0.53.1"
ZONE = "dkim.mail.example."
OWNER = IdentityKey("000000000000", "us-east-1", "customer.example")


def zone_text(apex: str, *records: str) -> str:
    return (
        "\n".join(
            [
                f"{apex} 60 IN SOA ns.{apex} h.{apex} 1 60 60 600 60",
                f"{apex} 60 IN NS ns.{apex}",
                f"ns.{apex} 60 IN A {ADDRESS}",
                *records,
            ]
        )
        + "\n"
    )


def answers(name: str, type_: str) -> list[str]:
    query = dns.message.make_query(name, type_, use_edns=0, payload=1232)
    answer = dns.query.udp(query, ADDRESS, 3, PORT).answer
    return [modelled(type_, rdata.to_text()) for each in answer for rdata in each]


def behind(name: str) -> list[str]:
    """What a verifier finds: the CNAME, then the TXT at its target."""
    return [value for target in answers(name, "CNAME") for value in answers(target, "TXT")]


def test_the_customers_cname_leads_to_the_key(tmp_path: Path) -> None:
    installation = open_installation(f"sqlite:///{tmp_path}/unpend.db", signing_zone=ZONE)
    made = installation.identities.create(OWNER)
    first = made.attributes.signing.tokens[0]
    cname = f"{first}._domainkey.customer.example. 60 IN CNAME {first}.{ZONE}"
    keys = SigningKeys(installation.database)

    def work(secret: str) -> IssuingWork:
        primary = Rfc2136(ADDRESS, PORT, TSIG[0], secret)
        return IssuingWork(keys, installation.clock, installation.secret, UpdatedZone(ZONE, primary))

    server = UpdatableBind(tmp_path / "bind", [ADDRESS])
    try:
        server.serve({ZONE: zone_text(ZONE), "customer.example.": zone_text("customer.example.", cname)})
        with pytest.raises(CredentialsError):
            work("d3Jvbmc=").round()
        assert behind(f"{first}._domainkey.customer.example.") == []
        work(TSIG[1]).round()
        (key,) = keys.of([OWNER])[OWNER]
        assert behind(f"{first}._domainkey.customer.example.") == [key.content]
        assert key.state is KeyState.CURRENT
        installation.identities.delete(OWNER)
        work(TSIG[1]).round()
        assert answers(key.name, "TXT") == [key.content]
    finally:
        server.stop()
        installation.close()

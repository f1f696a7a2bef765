"""boto3 and the AWS CLI, unchanged but for the endpoint, live through every state on a real name server and resolver."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from tests.databases import fresh_database

from unpend.lab import load_scenario

from .daemons import UpdatableBind
from .serving import Served, served, until
from .world import real_world

pytestmark = pytest.mark.real
SCALE = 15000  # 72 hours are 17 seconds, a day 6
FINDINGS = {"HOST_NOT_FOUND": "record-missing", "TYPE_NOT_FOUND": "wrong-type", "INVALID_VALUE": "placeholder-in-value"}
UNPROVED = ("PENDING", "FAILED")  # which of them depends on how busy this machine is
WORLD = """
code = "record-missing"
title = { en = "A zone that its owner writes to", ja = "所有者が書き込めるゾーン" }
story = { en = "Nothing has been published yet.", ja = "まだ何も登録されていません。" }

[[zone]]
name = "example.com"
host = "godaddy"
soa_minimum = 1
ttl = 1
records = "@ MX 10 mail.example.com."
"""


class Life:
    """One identity and its records."""

    def __init__(self, up: Served, name: str, region: str = "us-east-1") -> None:
        self.up, self.name, self.region = up, name, region
        self.ses = up.client(region=region)

    def get(self) -> dict[str, Any]:
        told: dict[str, Any] = self.ses.get_email_identity(EmailIdentity=self.name)
        return told

    def records(self, target: str = "{token}.{zone}.") -> list[str]:
        dkim = self.get()["DkimAttributes"]
        zone = dkim["SigningHostedZone"]
        return [f"{t}._domainkey.{self.name}. CNAME {target.format(token=t, zone=zone)}" for t in dkim["Tokens"]]

    async def becomes(self, status: str) -> dict[str, Any]:
        return await until(
            self.get, lambda told: told["VerificationStatus"] == told["DkimAttributes"]["Status"] == status
        )

    async def tells(self, error: str | None) -> dict[str, Any]:
        return await until(
            self.get, lambda told: told.get("VerificationInfo", {"ErrorType": ""}).get("ErrorType") == error
        )


async def verified_lost_and_back(up: Served) -> None:
    """By the AWS CLI: PENDING → SUCCESS → TEMPORARY_FAILURE → SUCCESS, deleted, and created again with the same tokens."""
    life, name = Life(up, "cli.example.com"), ("--email-identity", "cli.example.com")
    made = await up.aws("sesv2", "create-email-identity", *name)
    assert made["DkimAttributes"]["Status"] == "NOT_STARTED"
    assert life.get()["VerificationStatus"] == life.get()["DkimAttributes"]["Status"] == "PENDING"
    records = life.records()
    await up.publish(*records)
    await life.becomes("SUCCESS")
    done = life.get()
    listed = (await up.aws("sesv2", "list-email-identities"))["EmailIdentities"]
    assert {"IdentityName": life.name, "VerificationStatus": "SUCCESS"}.items() <= listed[0].items()
    assert done["VerifiedForSendingStatus"]
    assert done["VerificationInfo"]["LastSuccessTimestamp"] <= done["VerificationInfo"]["LastCheckedTimestamp"]
    await up.publish(*records[:1], remove=True)
    await life.becomes("TEMPORARY_FAILURE")
    await up.publish(*records)
    await life.becomes("SUCCESS")
    life.ses.delete_email_identity(EmailIdentity=life.name)
    again = life.ses.create_email_identity(EmailIdentity=life.name)
    assert again["DkimAttributes"]["Tokens"] == made["DkimAttributes"]["Tokens"]
    await life.becomes("SUCCESS")


def shows(finding: str, told: dict[str, Any]) -> bool:
    """Whether this root cause, which SES has no member for, goes beside the answer."""
    return bool(told["ResponseMetadata"]["HTTPHeaders"].get("x-unpend-finding") == finding)


def kept_going(life: Life) -> dict[str, Any]:
    """A busy machine may hear too little for a cause before 72 hours are over: begun anew, it is looked at again."""
    told = life.get()
    if told["VerificationStatus"] == "FAILED":
        life.ses.put_email_identity_dkim_signing_attributes(EmailIdentity=life.name, SigningAttributesOrigin="AWS_SES")
    return told


async def each_error_type(up: Served) -> None:
    """What is wrong in DNS is what VerificationInfo says, with the zone's SOA."""
    dead = "127.199.199.199"
    await up.publish("silent.example.com. NS ns.silent.example.com.", f"ns.silent.example.com. A {dead}")
    wrong: dict[str, Callable[[Life], list[str]]] = {
        "HOST_NOT_FOUND": lambda life: [],
        "TYPE_NOT_FOUND": lambda life: [r.replace(" CNAME ", ' TXT "').removesuffix(".") + '"' for r in life.records()],
        "INVALID_VALUE": lambda life: life.records("{token}.dkim.example.net."),
    }
    for error, records in wrong.items():
        life = Life(up, f"{error.lower().replace('_', '-')}.example.com")
        life.ses.create_email_identity(EmailIdentity=life.name)
        if published := records(life):
            await up.publish(*published)
        told = await life.tells(error)
        assert told["VerificationStatus"] in UNPROVED
        assert told["VerificationInfo"]["SOARecord"]["SerialNumber"] > 0
        await until(partial(kept_going, life), partial(shows, FINDINGS[error]))
    silent = Life(up, "silent.example.com")
    silent.ses.create_email_identity(EmailIdentity=silent.name)
    await silent.tells("DNS_SERVER_ERROR")


async def failed_and_begun_anew(up: Served) -> None:
    """72 hours without records, then the call that starts over, and then the records."""
    life = Life(up, "late.example.com")
    life.ses.create_email_identity(EmailIdentity=life.name)
    await life.becomes("FAILED")
    await asyncio.sleep(0.5)
    await up.publish(*life.records())
    assert life.get()["VerificationStatus"] == "FAILED"
    life.ses.put_email_identity_dkim_signing_attributes(EmailIdentity=life.name, SigningAttributesOrigin="AWS_SES")
    await life.becomes("SUCCESS")


async def mail_from(up: Served) -> None:
    """MAIL FROM is a machine of its own: only its MX decides."""
    life = Life(up, "mail.example.com", "eu-west-1")
    life.ses.create_email_identity(EmailIdentity=life.name)
    await up.aws(
        *("sesv2", "put-email-identity-mail-from-attributes", "--email-identity", life.name),
        *("--mail-from-domain", f"bounce.{life.name}"),
        region="eu-west-1",
    )
    await up.publish(
        f"bounce.{life.name}. MX 10 feedback-smtp.eu-west-1.amazonses.com.",
        f'bounce.{life.name}. TXT "v=spf1 include:amazonses.com ~all"',
    )
    told = await until(life.get, lambda told: told["MailFromAttributes"]["MailFromDomainStatus"] == "SUCCESS")
    assert told["VerificationStatus"] in UNPROVED


async def own_key(up: Served) -> None:
    """BYODKIM: the selector's TXT record with the public half of the owner's key."""
    life = Life(up, "own.example.com")
    key = generate_private_key(65537, 2048)
    secret = key.private_bytes(Encoding.DER, PrivateFormat.TraditionalOpenSSL, NoEncryption())
    public = base64.b64encode(key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)).decode()
    told = {"DomainSigningSelector": "mine", "DomainSigningPrivateKey": base64.b64encode(secret).decode()}
    life.ses.create_email_identity(EmailIdentity=life.name, DkimSigningAttributes=told)
    await life.tells("HOST_NOT_FOUND")
    await up.publish(f'mine._domainkey.{life.name}. TXT "p={public[:200]}" "{public[200:]}"')
    assert (await life.becomes("SUCCESS"))["DkimAttributes"]["SigningAttributesOrigin"] == "EXTERNAL"


async def two_regions(up: Served) -> None:
    """One domain in two regions: six names; the records of one verify nothing in the other. v1 shows the same."""
    here, there = Life(up, "two.example.com"), Life(up, "two.example.com", "ap-northeast-1")
    for life in (here, there):
        life.ses.create_email_identity(EmailIdentity=life.name)
    await up.publish(*there.records())
    await there.becomes("SUCCESS")
    assert here.get()["VerificationStatus"] in UNPROVED
    old = up.client("ses", "ap-northeast-1")
    shown = old.get_identity_dkim_attributes(Identities=[there.name])["DkimAttributes"][there.name]
    assert shown["DkimVerificationStatus"] == "Success"
    assert (await up.aws("ses", "list-identities", region="ap-northeast-1"))["Identities"] == [there.name]


async def servers_down(up: Served) -> None:
    """The name servers are gone: nobody is demoted, and VerificationInfo says why nothing is known."""
    life = Life(up, "cli.example.com")
    assert life.get()["VerificationStatus"] == "SUCCESS"
    await asyncio.to_thread(up.world.daemons[0].stop)
    told = await life.tells("DNS_SERVER_ERROR")
    checked = told["VerificationInfo"]["LastCheckedTimestamp"]
    told = await until(life.get, lambda told: told["VerificationInfo"]["LastCheckedTimestamp"] > checked)
    assert (told["VerificationStatus"], told["DkimAttributes"]["Status"]) == ("SUCCESS", "SUCCESS")


@pytest.mark.parametrize("workers", [0, 2], ids=["sqlite", "postgres-two-workers"])
async def test_every_life(workers: int, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    """One process with SQLite; and PostgreSQL, where the API is one process and two others look."""
    file = f"sqlite:///{tmp_path}/unpend.db"
    database = fresh_database(request.getfixturevalue("postgres")) if workers else file
    (tmp_path / "world.toml").write_text(WORLD)
    scenario = load_scenario(str(tmp_path / "world.toml"))
    async with (
        real_world(scenario, tmp_path, UpdatableBind) as world,
        served(world, tmp_path, database, SCALE, workers) as up,
        asyncio.timeout(300),
    ):
        lives = (verified_lost_and_back, each_error_type, failed_and_begun_anew, mail_from, own_key, two_regions)
        async with asyncio.TaskGroup() as group:
            for live in lives:
                group.create_task(live(up), name=live.__name__)
        await servers_down(up)

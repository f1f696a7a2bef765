"""boto3 and the AWS CLI, unchanged but for the endpoint, live through every state on real name servers and a real resolver.

Two servers: on one 72 hours are four minutes, so that nothing ends before it was seen, however busy this machine is; on the other
they are four seconds, for what is about their end.
"""

from __future__ import annotations

import asyncio
import base64
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from tests.databases import fresh_database

from unpend.lab import load_scenario

from .daemons import UpdatableBind
from .life import Life
from .serving import Served, served, until
from .world import real_world

pytestmark = pytest.mark.real
SLOW, FAST = 1_000, 60_000
WINDOW = 72 * 3600
WORLD = """
code = "record-missing"
title = { en = "Zones that their owners write to", ja = "所有者が書き込めるゾーン" }
story = { en = "Nothing has been published yet.", ja = "まだ何も登録されていません。" }

[[zone]]
name = "example.com"
host = "godaddy"
soa_minimum = 1
ttl = 1
records = "@ MX 10 mail.example.com."

[[zone]]
name = "example.net"
host = "cloudflare"
soa_minimum = 1
ttl = 1
records = "@ MX 10 mail.example.net."
"""


async def verified_lost_and_back(up: Served) -> None:
    """By the AWS CLI: PENDING → SUCCESS → TEMPORARY_FAILURE → SUCCESS, deleted, and created again with the same tokens."""
    life, name = Life(up, "cli.example.com"), ("--email-identity", "cli.example.com")
    made = await up.aws("sesv2", "create-email-identity", *name)
    assert made["DkimAttributes"]["Status"] == "NOT_STARTED"
    assert life.get()["VerificationStatus"] == life.get()["DkimAttributes"]["Status"] == "PENDING"
    records = life.records()
    await up.publish(*records)
    done = await life.becomes("SUCCESS")
    assert done["VerifiedForSendingStatus"]
    assert done["VerificationInfo"]["LastSuccessTimestamp"] <= done["VerificationInfo"]["LastCheckedTimestamp"]
    listed = (await up.aws("sesv2", "list-email-identities"))["EmailIdentities"]
    assert {"IdentityName": life.name, "VerificationStatus": "SUCCESS"}.items() <= listed[0].items()
    await up.publish(*records[:1], remove=True)
    await life.looked_at_becomes("TEMPORARY_FAILURE")
    await up.publish(*records)
    await life.becomes("SUCCESS")
    await up.aws("sesv2", "delete-email-identity", *name)
    again = await up.aws("sesv2", "create-email-identity", *name)
    assert again["DkimAttributes"]["Tokens"] == made["DkimAttributes"]["Tokens"]
    await life.becomes("SUCCESS")


async def wrong_in_dns(up: Served, error: str, finding: str, records: Callable[[Life], list[str]]) -> None:
    """What is wrong in DNS is what VerificationInfo says, and the root cause with proof and plan stands beside it, in both languages."""
    life = Life(up, f"{error.lower().replace('_', '-')}.example.com")
    await life.create()
    if published := records(life):
        await up.publish(*published)
    told = await life.tells(error)
    assert (told["VerificationStatus"], told["DkimAttributes"]["Status"]) == ("PENDING", "PENDING")
    assert not told["VerifiedForSendingStatus"]
    if error != "DNS_SERVER_ERROR":
        assert told["VerificationInfo"]["SOARecord"]["SerialNumber"] > 0
    seen = await up.aws("sesv2", "get-email-identity", "--email-identity", life.name)
    assert seen["VerificationInfo"]["ErrorType"] == error
    await until(life.get, lambda told: told["ResponseMetadata"]["HTTPHeaders"].get("x-unpend-finding") == finding)
    english, japanese = await life.rest("/report"), await life.rest("/report", "ja")
    for report in (english, japanese):
        assert report["findings"][0]["code"] == finding
        assert report["findings"][0]["evidence"]
        assert report["plan"]["changes"]
    assert english["findings"][0]["message"].isascii()
    assert not japanese["findings"][0]["message"].isascii()
    shown = await life.rest("", "ja")
    assert shown["cause"]["code"] == finding, shown


def as_text(life: Life) -> list[str]:
    """The values of the CNAMEs in TXT records."""
    return [record.replace(" CNAME ", ' TXT "').removesuffix(".") + '"' for record in life.records()]


def to_elsewhere(life: Life) -> list[str]:
    return life.records("{token}.dkim.example.net.")


def delegated_to_nobody(life: Life) -> list[str]:
    """To a server that knows nothing of the zone, and says so."""
    address = life.up.at("example.net.").addresses[0]
    return [f"{life.name}. NS ns.{life.name}.", f"ns.{life.name}. A {address}"]


async def mail_from(up: Served) -> None:
    """MAIL FROM is a machine of its own: only its MX decides."""
    life = Life(up, "mail.example.com", "eu-west-1")
    await life.create()
    await up.aws(
        *("sesv2", "put-email-identity-mail-from-attributes", "--email-identity", life.name),
        *("--mail-from-domain", f"bounce.{life.name}"),
        region="eu-west-1",
    )
    assert life.get()["MailFromAttributes"]["MailFromDomainStatus"] == "PENDING"
    await up.publish(
        f"bounce.{life.name}. MX 10 feedback-smtp.eu-west-1.amazonses.com.",
        f'bounce.{life.name}. TXT "v=spf1 include:amazonses.com ~all"',
    )
    told = await until(life.get, lambda told: told["MailFromAttributes"]["MailFromDomainStatus"] == "SUCCESS")
    assert told["VerificationStatus"] == "PENDING"


async def own_key(up: Served) -> None:
    """BYODKIM: the selector's TXT record with the public half of the owner's key."""
    life = Life(up, "own.example.com")
    key = generate_private_key(65537, 2048)
    secret = key.private_bytes(Encoding.DER, PrivateFormat.TraditionalOpenSSL, NoEncryption())
    public = base64.b64encode(key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)).decode()
    told = {"DomainSigningSelector": "mine", "DomainSigningPrivateKey": base64.b64encode(secret).decode()}
    await life.create(DkimSigningAttributes=told)
    await life.tells("HOST_NOT_FOUND")
    await up.publish(f'mine._domainkey.{life.name}. TXT "p={public[:200]}" "{public[200:]}"')
    assert (await life.becomes("SUCCESS"))["DkimAttributes"]["SigningAttributesOrigin"] == "EXTERNAL"


async def two_regions(up: Served) -> None:
    """One domain in two regions: six names; the records of one verify nothing in the other. v1 shows the same."""
    here, there = Life(up, "two.example.com"), Life(up, "two.example.com", "ap-northeast-1")
    for life in (here, there):
        await life.create()
    await up.publish(*there.records())
    await there.becomes("SUCCESS")
    assert here.get()["VerificationStatus"] == "PENDING"
    shown = there.old.get_identity_dkim_attributes(Identities=[there.name])["DkimAttributes"][there.name]
    assert shown["DkimVerificationStatus"] == "Success"
    assert (await up.aws("ses", "list-identities", region="ap-northeast-1"))["Identities"] == [there.name]


async def failed_and_begun_anew(up: Served) -> None:
    """72 hours without records, then the call that starts over, and then the records. Lost later and not put back, it fails again."""
    life = Life(up, "late.example.com")
    await life.create()
    await life.becomes("FAILED")
    await up.publish(*life.records())
    assert life.get()["VerificationStatus"] == "FAILED"
    again = {"SigningAttributesOrigin": "AWS_SES"}
    await life.call("put_email_identity_dkim_signing_attributes", **again)
    await life.becomes("SUCCESS")
    await up.publish(*life.records(), remove=True)
    await life.becomes("FAILED")
    steps = [step for step in (await life.rest("/history"))["items"][::-1] if step["machine"] == "dkim"]
    assert [step["after"] for step in steps] == [
        "pending",
        "failed",
        "pending",
        "success",
        "temporary_failure",
        "failed",
    ]


async def servfail_demotes_nobody(up: Served) -> None:
    """The zone is broken for longer than 72 hours: SERVFAIL proves nothing, so what was verified stays so."""
    zone, life = "example.net.", Life(up, "broken.example.net")
    await life.create()
    await up.publish(*life.records(), zone=zone)
    await life.becomes("SUCCESS")
    server = up.at(zone)
    await asyncio.to_thread(server.stop)
    server.file(zone).write_text("this is no zone")
    server.run()
    told = await life.tells("DNS_SERVER_ERROR")
    ends = told["VerificationInfo"]["LastCheckedTimestamp"].timestamp() + WINDOW
    told = await until(life.get, lambda told: told["VerificationInfo"]["LastCheckedTimestamp"].timestamp() > ends)
    assert (told["VerificationStatus"], told["DkimAttributes"]["Status"]) == ("SUCCESS", "SUCCESS")
    assert told["VerificationInfo"]["ErrorType"] == "DNS_SERVER_ERROR"


WRONG = (
    partial(wrong_in_dns, error="HOST_NOT_FOUND", finding="record-missing", records=lambda life: []),
    partial(wrong_in_dns, error="TYPE_NOT_FOUND", finding="wrong-type", records=as_text),
    partial(wrong_in_dns, error="INVALID_VALUE", finding="placeholder-in-value", records=to_elsewhere),
    partial(wrong_in_dns, error="DNS_SERVER_ERROR", finding="lame-delegation", records=delegated_to_nobody),
)
Live = Callable[[Served], Awaitable[None]]
LIVES: Sequence[Live] = (verified_lost_and_back, *WRONG, mail_from, own_key, two_regions)
ENDS: Sequence[Live] = (failed_and_begun_anew, servfail_demotes_nobody)


async def lived(up: Served, *lives: Live) -> None:
    """All at once."""
    async with asyncio.TaskGroup() as group:
        for live in lives:
            group.create_task(_as_coroutine(live, up))


async def _as_coroutine(live: Live, up: Served) -> Any:
    return await live(up)


@pytest.mark.parametrize("workers", [0, 2], ids=["sqlite", "postgres-two-workers"])
async def test_every_life(workers: int, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    """One process with SQLite; and PostgreSQL, where two processes look: beside the API, or the API with another one."""

    def database(name: str) -> str:
        file = f"sqlite:///{tmp_path}/{name}.db"
        return fresh_database(request.getfixturevalue("postgres")) if workers else file

    (tmp_path / "world.toml").write_text(WORLD)
    scenario = load_scenario(str(tmp_path / "world.toml"))
    async with (
        asyncio.timeout(300),
        real_world(scenario, tmp_path, UpdatableBind) as world,
        served(world, tmp_path, database("slow"), SLOW, workers, alone=not workers) as slow,
        served(world, tmp_path, database("fast"), FAST, workers // 2) as fast,
    ):
        await asyncio.gather(lived(slow, *LIVES), lived(fast, *ENDS))

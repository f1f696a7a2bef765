"""One identity at a running server, and the records that its owner publishes."""

from __future__ import annotations

import asyncio
import contextlib
from typing import Any

from .serving import Served, until

TTL = 1.0  # of every record here; the resolver remembers that long


class Life:
    """An identity by its name and region, as boto3 shows it."""

    def __init__(self, up: Served, name: str, region: str = "us-east-1") -> None:
        self.up, self.name, self.region = up, name, region
        self.ses, self.old = up.client(region=region), up.client("ses", region)

    async def create(self, **given: Any) -> dict[str, Any]:
        return await self.call("create_email_identity", **given)

    async def call(self, operation: str, **given: Any) -> dict[str, Any]:
        """An operation of SES v2 on this identity."""
        told = await asyncio.to_thread(getattr(self.ses, operation), EmailIdentity=self.name, **given)
        assert isinstance(told, dict)
        return told

    def get(self) -> dict[str, Any]:
        told: dict[str, Any] = self.ses.get_email_identity(EmailIdentity=self.name)
        return told

    def records(self, target: str = "{token}.{zone}.") -> list[str]:
        dkim = self.get()["DkimAttributes"]
        zone = dkim["SigningHostedZone"]
        return [f"{t}._domainkey.{self.name}. CNAME {target.format(token=t, zone=zone)}" for t in dkim["Tokens"]]

    async def becomes(self, status: str, **patience: float) -> dict[str, Any]:
        return await until(
            self.get,
            lambda told: told["VerificationStatus"] == told["DkimAttributes"]["Status"] == status,
            **patience,
        )

    async def looked_at_becomes(self, status: str) -> dict[str, Any]:
        """A verified domain is looked at once a day, or when it is asked for again: by the call that changes nothing of it."""
        while True:
            await asyncio.sleep(TTL + 0.1)
            await asyncio.to_thread(self.old.verify_domain_dkim, Domain=self.name)
            with contextlib.suppress(TimeoutError):
                return await self.becomes(status, patience=8)

    async def tells(self, error: str | None) -> dict[str, Any]:
        return await until(
            self.get, lambda told: told.get("VerificationInfo", {"ErrorType": ""}).get("ErrorType") == error
        )

    async def rest(self, what: str, lang: str = "en") -> Any:
        """What the REST door has under this identity; the SES door says where that is."""
        link = self.get()["ResponseMetadata"]["HTTPHeaders"]["link"]
        return await self.up.rest(link.partition("<")[2].partition(">")[0].replace("/report", what), lang)

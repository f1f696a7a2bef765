"""Every identity of an Amazon SES account, through the v1 calls that take a hundred at once. Reads only.

AWS allows the calls about attributes once a second; so a hundred thousand identities take some 35 minutes.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from itertools import islice
from typing import Any

from unpend.model.errors import UsageError
from unpend.observer.ses import NO_CREDENTIALS, NOT_INSTALLED, REFUSED

BATCH = 100
PAGE = 1000
PAUSE = 1.0
MOST_PAGES = 10_000


def identities(region: str, *, profile: str | None = None, pause: float = PAUSE) -> Iterator[dict[str, Any]]:
    """A row a domain: what SES wants of it and what it says of it. UsageError where SES refuses."""
    try:
        import boto3
        from botocore.config import Config
        from botocore.exceptions import BotoCoreError, ClientError
    except ImportError as error:
        raise UsageError(NOT_INSTALLED) from error
    try:
        session = boto3.Session(profile_name=profile, region_name=region)
        if session.get_credentials() is None:
            raise UsageError(NO_CREDENTIALS)
        config = Config(connect_timeout=5, read_timeout=20, retries={"mode": "standard", "max_attempts": 5})
        client = session.client("ses", config=config)
        names = _domains(client, pause)
        while batch := list(islice(names, BATCH)):
            yield from _rows(client, batch, region, pause)
    except (BotoCoreError, ClientError) as error:
        raise UsageError(REFUSED.fill(region=region, why=error)) from error


def _domains(client: Any, pause: float) -> Iterator[str]:
    token: dict[str, str] = {}
    for _ in range(MOST_PAGES):
        page = client.list_identities(IdentityType="Domain", MaxItems=PAGE, **token)
        yield from (name for name in page.get("Identities", []) if "@" not in name)
        if not page.get("NextToken"):
            return
        token = {"NextToken": page["NextToken"]}
        time.sleep(pause)


def _rows(client: Any, batch: list[str], region: str, pause: float) -> Iterator[dict[str, Any]]:
    dkim = client.get_identity_dkim_attributes(Identities=batch).get("DkimAttributes", {})
    time.sleep(pause)
    owned = client.get_identity_verification_attributes(Identities=batch).get("VerificationAttributes", {})
    time.sleep(pause)
    for name in batch:
        told = {"DkimAttributes": dkim, "VerificationAttributes": owned}
        records = {key: {name: held[name]} for key, held in told.items() if name in held}
        yield {"domain": name, "region": region, **({"records": records} if records else {})}

"""Every domain identity of an Amazon SES account, through the v1 calls that take a hundred at once. Reads only.

AWS allows these calls once a second; so a hundred thousand identities take some 35 minutes.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from itertools import islice
from typing import Any

from unpend.aws import called, client_of, session_of

BATCH = 100
PAGE = 1000
PAUSE = 1.0
TRIES = 5
MOST_PAGES = 10_000


def identities(
    region: str, *, profile: str | None = None, pause: float = PAUSE, contact: str = ""
) -> Iterator[dict[str, Any]]:
    """A row a domain: what SES wants of it and what it says of it. CredentialsError or WriterError where SES refuses.

    `contact` goes along in the User-Agent.
    """
    client = client_of(session_of(region=region, profile=profile, tries=TRIES), "ses", contact=contact)
    names = _domains(client, pause)
    while batch := list(islice(names, BATCH)):
        yield from _rows(client, batch, region, pause)


def _domains(client: Any, pause: float) -> Iterator[str]:
    token: dict[str, str] = {}
    for _ in range(MOST_PAGES):
        page = called(client, "list_identities", IdentityType="Domain", MaxItems=PAGE, **token)
        yield from (name for name in page.get("Identities", []) if "@" not in name)
        if not page.get("NextToken"):
            return
        token = {"NextToken": page["NextToken"]}
        time.sleep(pause)


def _rows(client: Any, batch: list[str], region: str, pause: float) -> Iterator[dict[str, Any]]:
    dkim = called(client, "get_identity_dkim_attributes", Identities=batch).get("DkimAttributes", {})
    time.sleep(pause)
    owned = called(client, "get_identity_verification_attributes", Identities=batch)
    time.sleep(pause)
    told = {"DkimAttributes": dkim, "VerificationAttributes": owned.get("VerificationAttributes", {})}
    for name in batch:
        records = {key: {name: held[name]} for key, held in told.items() if name in held}
        yield {"domain": name, "region": region, **({"records": records} if records else {})}

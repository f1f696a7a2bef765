"""Who calls, for which account and region: the keys that are known, and what a signature proves.

Without keys every signature is taken (the server then listens on loopback only): an access key id of twelve digits names its account, as
the tools that people test with have it. A browser on the same machine can reach loopback for any web page; such requests are told by
their Origin, or by a Host that is not this machine (DNS rebinding), and refused.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from unpend.engine.loopback import is_loopback
from unpend.sesv2.errors import SesError, denied, unknown_key
from unpend.sesv2.request import Request
from unpend.sesv2.signature import Signed, claimed, verify

ACCOUNT = re.compile(r"\d{12}", re.ASCII)
REGION = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*", re.ASCII)


@dataclass(frozen=True, slots=True, repr=False)
class AccessKey:
    """A secret and the account that it opens. Never shown."""

    secret: str
    account: str


@dataclass(frozen=True, slots=True)
class Caller:
    """In whose name a request is answered."""

    account: str
    region: str


@dataclass(frozen=True, slots=True)
class Gate:
    """`keys` by access key id; `account` and `region` are what an unsigned request means where no keys are asked for."""

    account: str = "000000000000"
    region: str = "us-east-1"
    keys: Mapping[str, AccessKey] = field(default_factory=dict)

    @property
    def open(self) -> bool:
        """Whether anybody may call."""
        return not self.keys

    def admit(self, request: Request, now: float) -> Caller:
        """Who calls; SesError where that is not proved."""
        if self.open:
            return self._anybody(request)
        signed = claimed(request)
        key = self.keys.get(signed.key_id)
        if key is None:
            raise unknown_key()
        verify(request, signed, key.secret, now)
        return Caller(key.account, signed.region)

    def _anybody(self, request: Request) -> Caller:
        if request.header("origin") or not is_loopback(request.header("host").rpartition("@")[2]):
            raise denied(
                "Without access keys this server answers programs on its own machine only. Start it with --access-key."
            )
        told = _scope(request)
        if told is None:
            return Caller(self.account, self.region)
        named = ACCOUNT.fullmatch(told.key_id)
        region = told.region if REGION.fullmatch(told.region) else self.region
        return Caller(told.key_id if named else self.account, region)


def _scope(request: Request) -> Signed | None:
    try:
        return claimed(request)
    except SesError:
        return None

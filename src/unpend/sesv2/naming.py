"""What may be the name of an identity, as SES has it: a domain in ASCII (IDN as A-labels), or an address as typed."""

from __future__ import annotations

import re

from unpend.model.identity import IdentityKey
from unpend.sesv2.errors import SesError, bad_request
from unpend.sesv2.gate import Caller

LONGEST = 320
LABEL = r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?"
DOMAIN = re.compile(rf"(?=.{{1,253}}\Z)(?:{LABEL}\.)+{LABEL}", re.ASCII | re.IGNORECASE)
LOCAL = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]{1,64}", re.ASCII)


def new_key(caller: Caller, given: str | None) -> IdentityKey:
    """The key of an identity that is to be made; the name has to be one that can be verified."""
    if not given:
        raise bad_request(
            "1 validation error detected: Value at 'emailIdentity' failed to satisfy constraint: Member must not be null"
        )
    local, at, domain = given.rpartition("@")
    if DOMAIN.fullmatch(domain) is None or (at and LOCAL.fullmatch(local) is None):
        raise bad_request(
            f"Invalid email identity: {shown(given)}. Give a domain in ASCII without a final dot, or an e-mail address."
        )
    return known_key(caller, given)


def known_key(caller: Caller, given: str) -> IdentityKey:
    """The key that this name would have; no judgement. Domains are case-insensitive, local parts are not."""
    local, at, domain = given[:LONGEST].rpartition("@")
    return IdentityKey(caller.account, caller.region, f"{local}{at}{domain.lower()}")


def domain_key(key: IdentityKey) -> IdentityKey:
    """The key of the domain behind an address; itself, for a domain."""
    return IdentityKey(key.account, key.region, key.name.rpartition("@")[2])


def arn(key: IdentityKey) -> str:
    """The resource name that tags hang on."""
    return f"arn:aws:ses:{key.region}:{key.account}:identity/{key.name}"


def key_of_arn(caller: Caller, given: str | None) -> IdentityKey:
    """The identity that a resource name means; that of another account or region is not found, like one that is not there."""
    parts = (given or "").split(":", 5)
    kind, _, name = parts[-1].partition("/")
    if len(parts) != 6 or parts[0] != "arn" or parts[2] != "ses" or kind != "identity" or not name:
        raise bad_request(f"Invalid resource ARN: {shown(given or '')}")
    if (parts[3], parts[4]) != (caller.region, caller.account):
        raise no_resource(given or "")
    return known_key(caller, name)


def no_resource(given: str) -> SesError:
    """404 for a resource name."""
    return SesError("NotFoundException", f"Resource {shown(given)} does not exist.", 404)


def shown(given: str) -> str:
    """What was given, safe to say back."""
    return given[:LONGEST].encode("ascii", "backslashreplace").decode()

"""Signature Version 4, the verifying side. botocore's own signer is the oracle of its tests.

Written here because no kept library verifies (docs/decisions.md). What is signed is the request as sent: the path is encoded once more
over what is on the wire, the query is sorted in its encoded form, and the body is always hashed here, so that an "unsigned payload" is
refused instead of believed.
"""

from __future__ import annotations

import hmac
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from hashlib import sha256
from urllib.parse import quote, unquote

from unpend.sesv2.errors import bad_signature, incomplete, unsigned
from unpend.sesv2.request import Request

ALGORITHM = "AWS4-HMAC-SHA256"
SERVICE = "ses"
SKEW = 300.0
LONGEST = 4096
UNRESERVED = "-_.~"
DATE = re.compile(r"\d{8}T\d{6}Z")
CREDENTIAL = re.compile(r"([\w.+=@-]{1,128})/(\d{8})/([a-z0-9-]{1,32})/([a-z0-9-]{1,32})/aws4_request", re.ASCII)
MISMATCH = (
    "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing "
    "method. Consult the service documentation for details."
)


@dataclass(frozen=True, slots=True)
class Signed:
    """What the Authorization header claims; nothing of it is proved yet."""

    key_id: str
    date: str
    region: str
    service: str
    headers: tuple[str, ...]
    signature: str


def claimed(request: Request) -> Signed:
    """Read the Authorization header."""
    told = request.header("authorization")
    if not told:
        if "X-Amz-Signature" in request.query:
            raise incomplete("A presigned URL is not accepted here. Sign the request with an Authorization header.")
        raise unsigned()
    if len(told) > LONGEST or not told.startswith(ALGORITHM + " "):
        raise incomplete(f"The Authorization header must begin with {ALGORITHM}.")
    parts = dict(part.strip().partition("=")[::2] for part in told[len(ALGORITHM) :].split(","))
    scope = CREDENTIAL.fullmatch(parts.get("Credential", ""))
    if scope is None or not parts.get("SignedHeaders") or not parts.get("Signature"):
        raise incomplete(
            "The Authorization header needs Credential=KEY/DATE/REGION/ses/aws4_request, SignedHeaders and Signature."
        )
    key_id, date, region, service = scope.groups()
    return Signed(key_id, date, region, service, tuple(parts["SignedHeaders"].split(";")), parts["Signature"])


def verify(request: Request, signed: Signed, secret: str, now: float) -> None:
    """Raise unless this very request was signed with this secret within five minutes of now."""
    stamp = _stamp(request, signed, now)
    if signed.service != SERVICE:
        raise bad_signature(f"Credential should be scoped to correct service: '{SERVICE}'.")
    _all_that_must_be_signed(request, signed)
    body = sha256(request.body).hexdigest()
    if not hmac.compare_digest((request.header("x-amz-content-sha256") or body).encode(), body.encode()):
        raise bad_signature("x-amz-content-sha256 is not the SHA-256 of this body; unsigned payloads are not accepted.")
    scope = f"{signed.date}/{signed.region}/{signed.service}/aws4_request"
    digest = sha256(canonical(request, signed.headers, body).encode()).hexdigest()
    whole = f"{ALGORITHM}\n{stamp}\n{scope}\n{digest}"
    right = hmac.new(_key(secret, signed.date, signed.region, signed.service), whole.encode(), sha256).hexdigest()
    if not hmac.compare_digest(right.encode(), signed.signature.encode()):
        raise bad_signature(MISMATCH)


def canonical(request: Request, signed: tuple[str, ...], body: str) -> str:
    """The canonical request of the SigV4 documentation."""
    headers = "".join(f"{name}:{' '.join(request.header(name).split())}\n" for name in signed)
    lines = (request.method, _path(request.path), _query(request.query), headers, ";".join(signed), body)
    return "\n".join(lines)


def _stamp(request: Request, signed: Signed, now: float) -> str:
    stamp = request.header("x-amz-date")
    if DATE.fullmatch(stamp) is None:
        raise incomplete("The request needs an X-Amz-Date header of the form YYYYMMDDTHHMMSSZ.")
    try:
        at = datetime.fromisoformat(stamp).timestamp()
    except ValueError:
        raise incomplete("X-Amz-Date is not a date.") from None
    if signed.date != stamp[:8]:
        raise bad_signature("Date in Credential scope does not match YYYYMMDD from X-Amz-Date.")
    if abs(now - at) > SKEW:
        here = datetime.fromtimestamp(now, UTC).strftime("%Y%m%dT%H%M%SZ")
        raise bad_signature(f"Signature expired or not yet current: {stamp} is more than 5 min. from {here}.")
    return stamp


def _all_that_must_be_signed(request: Request, signed: Signed) -> None:
    """The host and every x-amz- header: else a signature could be carried to another server or another meaning."""
    needed = {"host"} | {name for name, _ in request.headers if name.startswith("x-amz-")}
    missing = sorted(needed - set(signed.headers))
    if missing or list(signed.headers) != sorted(set(signed.headers)):
        raise bad_signature(f"These headers must be signed, in alphabetical order: {', '.join(sorted(needed))}.")


def _path(path: str) -> str:
    kept: list[str] = []
    for segment in path.split("/"):
        if segment == "..":
            del kept[-1:]
        elif segment not in ("", "."):
            kept.append(segment)
    return quote("/" + "/".join(kept) + ("/" if path.endswith("/") and kept else ""), safe="/~")


def _query(query: str) -> str:
    pairs = [part.partition("=")[::2] for part in query.split("&") if part]
    return "&".join(f"{key}={value}" for key, value in sorted((_encoded(key), _encoded(value)) for key, value in pairs))


def _encoded(word: str) -> str:
    """Encoded as the standard has it, whatever the client left unencoded."""
    return quote(unquote(word), safe=UNRESERVED)


@lru_cache(maxsize=1024)
def _key(secret: str, date: str, region: str, service: str) -> bytes:
    """The signing key of a day, four rounds of HMAC; kept, since every request of that day needs it."""
    key = f"AWS4{secret}".encode()
    for part in (date, region, service, "aws4_request"):
        key = hmac.new(key, part.encode(), sha256).digest()
    return key

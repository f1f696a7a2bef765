"""Files as the tools print them."""

from __future__ import annotations

import json
from typing import Any

TOKENS = ("a" * 30 + "23", "b" * 30 + "45", "c" * 30 + "67")
ZONE = "dkim.amazonses.com."


def sesv2(**changes: Any) -> dict[str, Any]:
    held: dict[str, Any] = {
        "IdentityType": "DOMAIN",
        "FeedbackForwardingStatus": True,
        "VerifiedForSendingStatus": False,
        "DkimAttributes": {
            "SigningEnabled": True,
            "Status": "PENDING",
            "Tokens": list(TOKENS),
            "SigningHostedZone": "dkim.amazonses.com",
            "SigningAttributesOrigin": "AWS_SES",
            "NextSigningKeyLength": "RSA_2048_BIT",
        },
        "MailFromAttributes": {"BehaviorOnMxFailure": "USE_DEFAULT_VALUE"},
        "Policies": {},
        "Tags": [],
        "VerificationStatus": "PENDING",
        "VerificationInfo": {
            "LastCheckedTimestamp": "2026-10-01T10:00:00+09:00",
            "LastSuccessTimestamp": 1700000000.5,
            "ErrorType": "HOST_NOT_FOUND",
            "SOARecord": {"PrimaryNameServer": "NS1.example.com", "AdminEmail": "x", "SerialNumber": 7},
        },
    }
    return {**held, **changes}


def dkim(**changes: Any) -> dict[str, Any]:
    return {**sesv2()["DkimAttributes"], **changes}


def as_json(value: Any) -> str:
    return json.dumps(value, indent=4)


def v1_dkim(domain: str = "example.com", **changes: Any) -> dict[str, Any]:
    held = {"DkimEnabled": True, "DkimVerificationStatus": "TemporaryFailure", "DkimTokens": list(TOKENS)}
    return {"DkimAttributes": {domain: {**held, **changes}}}


def names(domain: str = "example.com.") -> tuple[str, ...]:
    return tuple(f"{token}._domainkey.{domain}" for token in TOKENS)


def targets(zone: str = ZONE) -> tuple[str, ...]:
    return tuple(f"{token}.{zone}" for token in TOKENS)


def console_csv(domain: str = "example.com", zone: str = "dkim.amazonses.com") -> str:
    rows = [f"CNAME,{token}._domainkey.{domain},{token}.{zone}" for token in TOKENS]
    return "\r\n".join(["Type,Name,Value", *rows, ""])


def zone_file() -> str:
    return "".join(f"{token}._domainkey IN CNAME {token}.dkim.amazonses.com.\n" for token in TOKENS)

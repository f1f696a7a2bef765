"""Domain objects of mail providers' APIs, and what infrastructure tools know."""

from __future__ import annotations

import json
from typing import Any

import pytest

from unpend.model.errors import ExpectationError
from unpend.model.expected import Expected, Purpose
from unpend.sources import read_expected

from .samples import TOKENS

KEY = "k=rsa; p=MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8A"
SENDGRID = {
    "id": 45373692,
    "domain": "example.com",
    "subdomain": "em1",
    "valid": False,
    "dns": {
        "mail_cname": {"valid": False, "type": "cname", "host": "em1.example.com", "data": "u1.wl2.sendgrid.net"},
        "dkim1": {
            "valid": False,
            "type": "cname",
            "host": "s1._domainkey.example.com",
            "data": "s1.domainkey.u1.wl2.sendgrid.net",
        },
        "dkim2": {
            "valid": False,
            "type": "cname",
            "host": "s2._domainkey.example.com",
            "data": "s2.domainkey.u1.wl2.sendgrid.net",
        },
    },
}
MAILGUN = {
    "domain": {"name": "example.com", "state": "unverified"},
    "receiving_dns_records": [{"priority": "10", "record_type": "MX", "valid": "unknown", "value": "mxa.mailgun.org"}],
    "sending_dns_records": [
        {"record_type": "TXT", "name": "example.com", "value": "v=spf1 include:mailgun.org ~all", "valid": "unknown"},
        {"record_type": "TXT", "name": "k1._domainkey.example.com", "value": KEY, "valid": "unknown"},
        {"record_type": "CNAME", "name": "email.example.com", "value": "mailgun.org", "valid": "unknown"},
    ],
}
RESEND = {
    "object": "domain",
    "id": "4dd369bc",
    "name": "updates.example.com",
    "status": "not_started",
    "region": "us-east-1",
    "records": [
        {
            "record": "SPF",
            "name": "send.updates",
            "type": "MX",
            "ttl": "Auto",
            "status": "not_started",
            "value": "feedback-smtp.us-east-1.amazonses.com",
            "priority": 10,
        },
        {"record": "SPF", "name": "send.updates", "type": "TXT", "value": "v=spf1 include:amazonses.com ~all"},
        {"record": "DKIM", "name": "resend._domainkey.updates", "type": "TXT", "value": "p=MIGfMA0GCSq"},
    ],
}
BREVO = {
    "id": "660e",
    "domain_name": "sub.example.com",
    "dns_records": {
        "dkim_record": {"type": "TXT", "value": KEY, "host_name": "mail._domainkey.sub", "status": False},
        "brevo_code": {"type": "TXT", "value": "brevo-code:abc", "host_name": "sub", "status": False},
        "dmarc_record": {"type": "TXT", "value": "v=DMARC1; p=none", "host_name": "_dmarc.sub", "status": False},
    },
}
MAILERSEND = {
    "data": {
        "id": "x",
        "spf": {"hostname": "example.com", "type": "TXT", "value": "v=spf1 include:_spf.mailersend.net ~all"},
        "dkim": {
            "hostname": "mlsend2._domainkey.example.com",
            "type": "CNAME",
            "value": "mlsend2._domainkey.mailersend.net",
        },
        "return_path": {"hostname": "mta.example.com", "type": "CNAME", "value": "mailersend.net"},
        "custom_tracking": {"hostname": "email.example.com", "type": "CNAME", "value": "links.mailersend.net"},
    }
}
POSTMARK = {
    "Name": "example.com",
    "DKIMVerified": False,
    "DKIMHost": "",
    "DKIMTextValue": "",
    "DKIMPendingHost": "20261101pm._domainkey.example.com",
    "DKIMPendingTextValue": KEY,
    "ReturnPathDomain": "pm-bounces.example.com",
    "ReturnPathDomainCNAMEValue": "pm.mtasv.net",
}
MAILJET = {
    "Count": 1,
    "Data": [
        {
            "Domain": "example.com",
            "DKIMRecordName": "mailjet._domainkey.example.com.",
            "DKIMRecordValue": KEY,
            "OwnerShipToken": "a" * 32,
            "OwnerShipTokenRecordName": "mailjet._abc.example.com.",
            "SPFRecordValue": "v=spf1 include:spf.mailjet.com ?all",
        }
    ],
    "Total": 1,
}
SPARKPOST = {
    "results": {
        "status": {"ownership_verified": False, "dkim_status": "unverified"},
        "dkim": {"signing_domain": "example.com", "selector": "scph1126", "public": "MIGfMA0GCSq", "headers": "from"},
    }
}


def terraform_state(**values: Any) -> dict[str, Any]:
    block = {"email_identity": "example.com", "dkim_signing_attributes": [{"tokens": list(TOKENS)}], **values}
    resource = {"type": "aws_sesv2_email_identity", "instances": [{"attributes": block}]}
    return {"version": 4, "terraform_version": "1.9.0", "resources": [{"type": "null_resource"}, resource]}


TERRAFORM_SHOW = {
    "format_version": "1.0",
    "values": {
        "root_module": {
            "child_modules": [
                {
                    "resources": [
                        {
                            "type": "aws_ses_domain_dkim",
                            "values": {"domain": "example.com", "dkim_tokens": list(TOKENS)},
                        },
                        {
                            "type": "aws_ses_domain_mail_from",
                            "values": {"domain": "example.com", "mail_from_domain": "bounce.example.com"},
                        },
                    ]
                }
            ]
        }
    },
}
CDK = {
    "MailStack": {
        **{f"DkimName{i}": f"{t}._domainkey.example.com" for i, t in enumerate(TOKENS)},
        **{f"DkimValue{i}": f"{t}.dkim.amazonses.com" for i, t in enumerate(TOKENS)},
        "Bucket": "unrelated",
    }
}
STACKS = {
    "Stacks": [{"Outputs": [{"OutputKey": k, "OutputValue": v} for k, v in CDK["MailStack"].items()]}],
}


def read(held: Any, domain: str = "example.com.", **more: Any) -> Expected:
    return read_expected(json.dumps(held), domain, **more)


OBJECTS: list[tuple[Any, str, str, set[str]]] = [
    (SENDGRID, "example.com.", "sendgrid-json", {"s1._domainkey CNAME", "s2._domainkey CNAME", "em1 CNAME"}),
    (MAILGUN, "example.com.", "mailgun-json", {"k1._domainkey TXT", " TXT", "email CNAME"}),
    (
        RESEND,
        "updates.example.com.",
        "resend-json",
        {"send MX", "send TXT", "resend._domainkey TXT"},
    ),
    (BREVO, "sub.example.com.", "brevo-json", {"mail._domainkey TXT", " TXT", "_dmarc TXT"}),
    (
        MAILERSEND,
        "example.com.",
        "mailersend-json",
        {"mlsend2._domainkey CNAME", " TXT", "mta CNAME", "email CNAME"},
    ),
    (POSTMARK, "example.com.", "postmark-json", {"20261101pm._domainkey TXT", "pm-bounces CNAME"}),
    (MAILJET, "example.com.", "mailjet-json", {"mailjet._domainkey TXT", "mailjet._abc TXT", " TXT"}),
    (SPARKPOST, "example.com.", "sparkpost-json", {"scph1126._domainkey TXT"}),
]


@pytest.mark.parametrize(
    ("held", "domain", "source", "names"),
    OBJECTS,
    ids=lambda value: value if isinstance(value, str) and value.endswith("-json") else "",
)
def test_domain_objects(held: Any, domain: str, source: str, names: set[str]) -> None:
    expected = read(held, domain)
    assert expected.source == source
    found = {f"{r.name.removesuffix(domain).rstrip('.')} {r.type}" for r in expected.records}
    assert found == names
    assert any(r.purpose is Purpose.DKIM and r.required for r in expected.records)
    assert expected.provider == source.removesuffix("-json")
    with pytest.raises(ExpectationError):
        read(held, "another.net.")


def test_postmark_uses_the_key_that_is_in_use() -> None:
    held = POSTMARK | {"DKIMHost": "old._domainkey.example.com", "DKIMTextValue": KEY, "DKIMPendingHost": ""}
    assert "old._domainkey.example.com." in {r.name for r in read(held).records}


@pytest.mark.parametrize("held", [terraform_state(), TERRAFORM_SHOW, CDK, STACKS])
def test_infrastructure(held: Any) -> None:
    expected = read(held, region="us-east-1")
    dkim = [r for r in expected.records if r.purpose is Purpose.DKIM]
    assert [r.values for r in dkim] == [(f"{t}.dkim.amazonses.com.",) for t in TOKENS]
    assert expected.provider == "ses"
    with pytest.raises(ExpectationError):
        read(held, "another.net.")


def test_terraform_knows_region_and_mail_from() -> None:
    assert read(terraform_state(region="eu-west-1")).region == "eu-west-1"
    assert "bounce.example.com." in {r.name for r in read(TERRAFORM_SHOW, region="us-east-1").records}

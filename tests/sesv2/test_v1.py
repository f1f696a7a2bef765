"""SES v1 over the same identities, as boto3 and botocore's own parser see it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError
from tests.sesv2.serving import Served, served


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with served(tmp_path_factory.mktemp("v1")) as up:
        yield up


def test_both_doors_show_one_identity(server: Served) -> None:
    old, new = server.client("ses"), server.client()
    token = old.verify_domain_identity(Domain="Both.example")["VerificationToken"]
    assert len(token) == 44
    tokens = old.verify_domain_dkim(Domain="both.example")["DkimTokens"]
    assert (
        old.verify_domain_dkim(Domain="both.example")["DkimTokens"],
        old.verify_domain_identity(Domain="both.example")["VerificationToken"],
    ) == (tokens, token)
    assert new.get_email_identity(EmailIdentity="both.example")["DkimAttributes"]["Tokens"] == tokens
    names = ["both.example", "absent.example", "Both.Example"]
    told = old.get_identity_verification_attributes(Identities=names)["VerificationAttributes"]
    assert told == {
        key: {"VerificationStatus": "Pending", "VerificationToken": token} for key in ["both.example", "Both.Example"]
    }
    dkim = old.get_identity_dkim_attributes(Identities=names[:2])["DkimAttributes"]
    assert dkim == {"both.example": {"DkimEnabled": True, "DkimVerificationStatus": "Pending", "DkimTokens": tokens}}
    old.set_identity_dkim_enabled(Identity="both.example", DkimEnabled=False)
    assert not new.get_email_identity(EmailIdentity="both.example")["DkimAttributes"]["SigningEnabled"]
    old.set_identity_mail_from_domain(
        Identity="both.example", MailFromDomain="m.both.example", BehaviorOnMXFailure="RejectMessage"
    )
    shown = old.get_identity_mail_from_domain_attributes(Identities=names[:1])["MailFromDomainAttributes"][
        "both.example"
    ]
    assert shown == {
        "MailFromDomain": "m.both.example",
        "MailFromDomainStatus": "Pending",
        "BehaviorOnMXFailure": "RejectMessage",
    }
    old.set_identity_mail_from_domain(Identity="both.example")
    shown = old.get_identity_mail_from_domain_attributes(Identities=names[:1])["MailFromDomainAttributes"][
        "both.example"
    ]
    assert shown == {"BehaviorOnMXFailure": "UseDefaultValue"}
    old.delete_identity(Identity="both.example")
    old.delete_identity(Identity="both.example")
    assert old.get_identity_dkim_attributes(Identities=names)["DkimAttributes"] == {}


def test_listing_pages_and_kinds(server: Served) -> None:
    old = server.client("ses", key="222222222222")
    for n in range(3):
        old.verify_domain_identity(Domain=f"l{n}.example")
        old.verify_email_identity(EmailAddress=f"me@l{n}.example")
    pages = old.get_paginator("list_identities").paginate(PaginationConfig={"PageSize": 2}, IdentityType="Domain")
    assert [name for page in pages for name in page["Identities"]] == ["l0.example", "l1.example", "l2.example"]
    assert len(old.list_identities()["Identities"]) == 6
    me = old.get_identity_dkim_attributes(Identities=["me@l0.example"])["DkimAttributes"]["me@l0.example"]
    assert len(me["DkimTokens"]) == 3


def code(call: Any, **given: Any) -> tuple[str, int]:
    with pytest.raises(ClientError) as error:
        call(**given)
    return error.value.response["Error"]["Code"], error.value.response["ResponseMetadata"]["HTTPStatusCode"]


def test_errors_are_xml_of_v1(server: Served) -> None:
    old = server.client("ses")
    assert code(old.verify_domain_dkim, Domain="<no>&domain") == ("InvalidParameterValue", 400)
    assert code(old.verify_domain_identity, Domain="a@b.example") == ("InvalidParameterValue", 400)
    assert code(old.set_identity_dkim_enabled, Identity="absent.example", DkimEnabled=True) == (
        "InvalidParameterValue",
        400,
    )
    assert code(old.get_identity_dkim_attributes, Identities=[f"{n}.example" for n in range(101)]) == (
        "InvalidParameterValue",
        400,
    )
    assert code(old.list_receipt_rule_sets) == ("InvalidAction", 400)
    assert code(old.list_identities, MaxItems=0) == ("InvalidParameterValue", 400)
    assert code(old.list_identities, IdentityType="Unknown") == ("ValidationError", 400)
    odd = {"Identity": "x.example", "MailFromDomain": "m.x.example", "BehaviorOnMXFailure": "SelfDestruct"}
    assert code(old.set_identity_mail_from_domain, **odd) == ("ValidationError", 400)

"""The SES doors over HTTP, as boto3 sees them; no DNS is needed for what an owner sets."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from tests.sesv2.serving import Served, served


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with served(tmp_path_factory.mktemp("door"), signing_zone="dkim.amazonses.com") as up:
        yield up


@pytest.fixture
def ses(server: Served, request: pytest.FixtureRequest) -> Any:
    """A client with an account of its own, so that tests do not see one another."""
    account = f"{abs(hash(request.node.name)) % 10**12:012d}"
    return server.client(key=account)


def refusal(call: Any, **given: Any) -> tuple[str, int, str]:
    with pytest.raises(ClientError) as error:
        call(**given)
    told = error.value.response
    return told["Error"]["Code"], told["ResponseMetadata"]["HTTPStatusCode"], told["Error"]["Message"]


def test_create_says_not_started_and_get_says_pending(ses: Any) -> None:
    made = ses.create_email_identity(EmailIdentity="Example.COM", Tags=[{"Key": "team", "Value": "mail"}])
    assert made["IdentityType"] == "DOMAIN"
    assert not made["VerifiedForSendingStatus"]
    assert made["DkimAttributes"]["Status"] == "NOT_STARTED"
    got = ses.get_email_identity(EmailIdentity="example.com")
    assert got["VerificationStatus"] == got["DkimAttributes"]["Status"] == "PENDING"
    assert got["DkimAttributes"]["Tokens"] == made["DkimAttributes"]["Tokens"]
    assert got["DkimAttributes"]["SigningHostedZone"] == "dkim.amazonses.com"
    assert got["MailFromAttributes"] == {"BehaviorOnMxFailure": "USE_DEFAULT_VALUE"}
    assert got["Tags"] == [{"Key": "team", "Value": "mail"}]
    assert got["FeedbackForwardingStatus"]
    assert "VerificationInfo" not in got


def test_delete_and_create_give_the_same_tokens(ses: Any) -> None:
    first = ses.create_email_identity(EmailIdentity="again.example")["DkimAttributes"]["Tokens"]
    ses.delete_email_identity(EmailIdentity="again.example")
    assert ses.create_email_identity(EmailIdentity="again.example")["DkimAttributes"]["Tokens"] == first


def test_regions_and_accounts_are_apart(server: Served, ses: Any) -> None:
    tokens = ses.create_email_identity(EmailIdentity="apart.example")["DkimAttributes"]["Tokens"]
    tokyo = server.client(region="ap-northeast-1", key="111111111111")
    assert refusal(tokyo.get_email_identity, EmailIdentity="apart.example")[:2] == ("NotFoundException", 404)
    assert tokyo.create_email_identity(EmailIdentity="apart.example")["DkimAttributes"]["Tokens"] != tokens
    assert [e["IdentityName"] for e in tokyo.list_email_identities()["EmailIdentities"]] == ["apart.example"]


def test_errors_have_the_names_and_statuses_of_ses(ses: Any) -> None:
    ses.create_email_identity(EmailIdentity="there.example")
    again = refusal(ses.create_email_identity, EmailIdentity="THERE.example")
    assert again == ("AlreadyExistsException", 400, "Email identity there.example already exist.")
    gone = ("NotFoundException", 404, "Email identity x.example does not exist.")
    assert refusal(ses.delete_email_identity, EmailIdentity="x.example") == gone
    assert refusal(ses.get_email_identity, EmailIdentity="x.example") == gone
    dkim = refusal(ses.put_email_identity_dkim_attributes, EmailIdentity="x.example", SigningEnabled=True)
    assert dkim == ("BadRequestException", 400, "Domain x.example is not verified for DKIM signing.")
    signing = ses.put_email_identity_dkim_signing_attributes
    wrong = refusal(signing, EmailIdentity="a@x.example", SigningAttributesOrigin="AWS_SES")
    assert wrong == ("BadRequestException", 400, "The EmailIdentity value must be a valid domain.")
    assert refusal(ses.put_email_identity_mail_from_attributes, EmailIdentity="x.example")[:2] == (
        "BadRequestException",
        400,
    )
    mail_from = refusal(
        ses.put_email_identity_mail_from_attributes, EmailIdentity="there.example", MailFromDomain="mail.other.example"
    )
    assert mail_from[2].startswith("Provided MAIL-FROM domain <mail.other.example> is not subdomain")
    for name in (
        "not a domain!!",
        "例え.example",
        "example.com.",
        "com",
        "-a.example",
        "a" * 64 + ".example",
        "a@b@c",
        "../x",
        "a\r\nb.example",
    ):
        assert refusal(ses.create_email_identity, EmailIdentity=name)[:2] == ("BadRequestException", 400)
    assert refusal(ses.list_configuration_sets)[:2] == ("BadRequestException", 400)
    assert refusal(ses.send_email, Content={"Raw": {"Data": b"x"}})[:2] == ("BadRequestException", 400)


def test_what_an_owner_sets_is_shown(ses: Any) -> None:
    ses.create_email_identity(EmailIdentity="set.example", ConfigurationSetName="first")
    name = {"EmailIdentity": "set.example"}
    ses.put_email_identity_dkim_attributes(**name, SigningEnabled=False)
    ses.put_email_identity_feedback_attributes(**name, EmailForwardingEnabled=False)
    ses.put_email_identity_mail_from_attributes(
        **name, MailFromDomain="Bounce.set.example", BehaviorOnMxFailure="REJECT_MESSAGE"
    )
    got = ses.get_email_identity(**name)
    assert (got["DkimAttributes"]["SigningEnabled"], got["FeedbackForwardingStatus"]) == (False, False)
    assert got["MailFromAttributes"] == {
        "MailFromDomain": "bounce.set.example",
        "MailFromDomainStatus": "PENDING",
        "BehaviorOnMxFailure": "REJECT_MESSAGE",
    }
    assert got["ConfigurationSetName"] == "first"
    ses.put_email_identity_configuration_set_attributes(**name)
    ses.put_email_identity_mail_from_attributes(**name)
    got = ses.get_email_identity(**name)
    assert "ConfigurationSetName" not in got
    assert got["MailFromAttributes"] == {"BehaviorOnMxFailure": "USE_DEFAULT_VALUE"}


def test_an_address_shows_its_domain(ses: Any) -> None:
    ses.create_email_identity(EmailIdentity="Me+tag@address.example")
    alone = ses.get_email_identity(EmailIdentity="Me+tag@Address.example")
    assert (alone["IdentityType"], alone["VerificationStatus"]) == ("EMAIL_ADDRESS", "PENDING")
    assert alone["DkimAttributes"]["Status"] == "NOT_STARTED"
    assert refusal(ses.get_email_identity, EmailIdentity="me+tag@address.example")[0] == "NotFoundException"
    tokens = ses.create_email_identity(EmailIdentity="address.example")["DkimAttributes"]["Tokens"]
    assert ses.get_email_identity(EmailIdentity="Me+tag@address.example")["DkimAttributes"]["Tokens"] == tokens
    assert ses.put_email_identity_dkim_attributes(EmailIdentity="Me+tag@address.example", SigningEnabled=False)
    assert ses.get_email_identity(EmailIdentity="address.example")["DkimAttributes"]["SigningEnabled"]


def test_pages(ses: Any) -> None:
    names = [f"p{n}.example" for n in range(7)]
    for name in names:
        ses.create_email_identity(EmailIdentity=name)
    found: list[str] = []
    token: dict[str, str] = {}
    while True:
        page = ses.list_email_identities(PageSize=3, **token)
        found += [each["IdentityName"] for each in page["EmailIdentities"]]
        if "NextToken" not in page:
            break
        token = {"NextToken": page["NextToken"]}
    assert found == names
    for told, count in (("p1", 1), ("EXAMPLE", 7), ("none", 0)):
        page = ses.list_email_identities(Filter={"IDENTITY_NAME_CONTAINS": told, "IDENTITY_TYPE": "DOMAIN"})
        assert len(page["EmailIdentities"]) == count
    assert ses.list_email_identities(Filter={"VERIFICATION_STATUS": "SUCCESS"})["EmailIdentities"] == []
    assert refusal(ses.list_email_identities, Filter={"OTHER": "x"})[0] == "BadRequestException"
    assert refusal(ses.list_email_identities, NextToken="\0%%")[0] == "BadRequestException"
    assert refusal(ses.list_email_identities, PageSize=1001)[0] == "BadRequestException"


def private_key(bits: int) -> str:
    made = generate_private_key(65537, bits).private_bytes(
        Encoding.DER, PrivateFormat.TraditionalOpenSSL, NoEncryption()
    )
    return base64.b64encode(made).decode()


def elliptic_key() -> str:
    made = ec.generate_private_key(ec.SECP256R1())
    packed = made.private_bytes(Encoding.DER, PrivateFormat.TraditionalOpenSSL, NoEncryption())
    return base64.b64encode(packed).decode()


def test_ones_own_key(ses: Any, server: Served) -> None:
    secret = private_key(2048)
    told = {"DomainSigningSelector": "Mine", "DomainSigningPrivateKey": secret}
    made = ses.create_email_identity(EmailIdentity="own.example", DkimSigningAttributes=told)
    assert made["DkimAttributes"]["SigningAttributesOrigin"] == "EXTERNAL"
    assert made["DkimAttributes"]["Tokens"] == ["mine"]
    signing = ses.put_email_identity_dkim_signing_attributes
    easy = signing(EmailIdentity="own.example", SigningAttributesOrigin="AWS_SES")
    assert len(easy["DkimTokens"]) == 3
    assert easy["DkimStatus"] == "PENDING"
    back = signing(EmailIdentity="own.example", SigningAttributesOrigin="EXTERNAL", SigningAttributes=told)
    assert back["DkimTokens"] == ["mine"]
    for wrong in (
        {"DomainSigningAttributesOrigin": "AWS_SES"},
        {"DomainSigningSelector": "a.b"},
        {"DomainSigningPrivateKey": elliptic_key()},
        {"DomainSigningPrivateKey": "AAAA"},
    ):
        code, status, message = refusal(
            signing, EmailIdentity="own.example", SigningAttributesOrigin="EXTERNAL", SigningAttributes=told | wrong
        )
        assert (code, status) == ("BadRequestException", 400)
        assert "AAAA" not in message
    held = b"".join(path.read_bytes() for path in server.installation_files())
    assert secret[:40].encode() not in held


def test_the_length_of_a_key_changes_once_a_day(ses: Any) -> None:
    ses.create_email_identity(EmailIdentity="length.example")
    tokens = ses.get_email_identity(EmailIdentity="length.example")["DkimAttributes"]["Tokens"]

    def change(bits: int) -> Any:
        return ses.put_email_identity_dkim_signing_attributes(
            EmailIdentity="length.example",
            SigningAttributesOrigin="AWS_SES",
            SigningAttributes={"NextSigningKeyLength": f"RSA_{bits}_BIT"},
        )

    assert refusal(change, bits=2048)[0] == "BadRequestException"
    assert change(1024)["DkimTokens"] == tokens
    assert refusal(change, bits=2048)[0] == "BadRequestException"
    got = ses.get_email_identity(EmailIdentity="length.example")["DkimAttributes"]
    assert (got["CurrentSigningKeyLength"], got["Status"]) == ("RSA_1024_BIT", "PENDING")

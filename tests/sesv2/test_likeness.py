"""What a door refuses only where it is to be as strict as SES: calls in quick succession, a full region, unknown configuration sets."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError
from tests.sesv2.serving import Served, served

from unpend.sesv2.call import Likeness
from unpend.sesv2.errors import SesError
from unpend.sesv2.gate import Caller
from unpend.sesv2.limits import MOST_REMEMBERED, Limits


@pytest.fixture(scope="module")
def strict(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    likeness = Likeness(Limits(identities=2), frozenset({"first"}))
    with served(tmp_path_factory.mktemp("strict"), likeness=likeness) as up:
        yield up


def told(call: Callable[..., Any], **given: Any) -> tuple[str, int]:
    with pytest.raises(ClientError) as error:
        call(**given)
    return error.value.response["Error"]["Code"], error.value.response["ResponseMetadata"]["HTTPStatusCode"]


def refused_at_last(call: Callable[..., Any], **given: Any) -> tuple[str, int]:
    """Again and again, until two calls came within one second, however slow this machine is."""
    until = time.monotonic() + 60
    while time.monotonic() < until:
        try:
            call(**given)
        except ClientError as error:
            return error.response["Error"]["Code"], error.response["ResponseMetadata"]["HTTPStatusCode"]
    raise AssertionError


def test_two_calls_in_a_second_are_one_too_many(strict: Served) -> None:
    new, old = strict.client(key="111111111111"), strict.client("ses", key="111111111111")
    assert refused_at_last(new.list_email_identities) == ("TooManyRequestsException", 429)
    assert refused_at_last(old.list_identities) == ("Throttling", 400)


def test_an_sdk_that_backs_off_gets_through(strict: Served) -> None:
    """botocore takes both refusals for what they are, and comes again."""
    for service, call in (("sesv2", "list_email_identities"), ("ses", "list_identities")):
        client = boto3.client(
            service,
            endpoint_url=strict.url,
            region_name="us-east-1",
            aws_access_key_id="222222222222",
            aws_secret_access_key="test",
            config=Config(retries={"mode": "standard", "total_max_attempts": 10}),
        )
        answers = [getattr(client, call)()["ResponseMetadata"] for _ in range(3)]
        assert [answer["HTTPStatusCode"] for answer in answers] == [200, 200, 200]
        assert sum(answer["RetryAttempts"] for answer in answers) > 0


def test_operations_accounts_and_regions_have_a_second_each() -> None:
    limits, caller = Limits(), Caller("1", "us-east-1")
    limits.admit(caller, "GetEmailIdentity", 10.0)
    for other, operation, at in (
        (caller, "ListEmailIdentities", 10.0),
        (Caller("2", "us-east-1"), "GetEmailIdentity", 10.0),
        (Caller("1", "eu-west-1"), "GetEmailIdentity", 10.0),
        (caller, "GetEmailIdentity", 11.0),
        (caller, "GetEmailIdentity", 5.0),  # the clock was set back
    ):
        limits.admit(other, operation, at)
    for at in (5.5, 5.9):
        with pytest.raises(SesError, match="Rate exceeded"):
            limits.admit(caller, "GetEmailIdentity", at)
    limits.admit(caller, "GetEmailIdentity", 6.0)
    for number in range(MOST_REMEMBERED + 10):
        limits.admit(Caller(str(number), "x"), "GetEmailIdentity", 20.0)
    limits.admit(caller, "GetEmailIdentity", 6.5)  # forgotten: what is remembered is bounded


def test_a_full_region_and_a_set_that_is_not_there(strict: Served) -> None:
    clients = {service: strict.client(service, key="333333333333") for service in ("sesv2", "ses")}

    def paced(call: str, service: str = "sesv2", **given: Any) -> Any:
        until = time.monotonic() + 60
        while True:
            try:
                return getattr(clients[service], call)(**given)
            except ClientError as error:
                if error.response["Error"]["Code"] not in ("TooManyRequestsException", "Throttling"):
                    return error.response["Error"]["Code"], error.response["ResponseMetadata"]["HTTPStatusCode"]
                assert time.monotonic() < until
                time.sleep(0.2)

    wrong = paced("create_email_identity", EmailIdentity="a.example", ConfigurationSetName="second")
    assert wrong == ("NotFoundException", 404)
    assert paced("get_email_identity", EmailIdentity="a.example")[0] == "NotFoundException"
    assert paced("create_email_identity", EmailIdentity="a.example", ConfigurationSetName="first")["IdentityType"]
    put = "put_email_identity_configuration_set_attributes"
    assert paced(put, EmailIdentity="a.example", ConfigurationSetName="second") == wrong
    assert paced(put, EmailIdentity="a.example")["ResponseMetadata"]["HTTPStatusCode"] == 200
    assert paced("verify_domain_dkim", "ses", Domain="b.example")["DkimTokens"]
    assert paced("create_email_identity", EmailIdentity="c.example") == ("LimitExceededException", 400)
    assert paced("verify_domain_identity", "ses", Domain="c.example") == ("LimitExceeded", 400)
    assert paced("verify_domain_identity", "ses", Domain="b.example")["VerificationToken"]

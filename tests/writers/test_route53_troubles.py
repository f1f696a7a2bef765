"""What Route 53 answers on a bad day: throttled calls are made again, the rest is told as what it is."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from unpend.model.errors import CredentialsError, WriterError
from unpend.writers import Held
from unpend.writers.route53 import Route53

ZONE = "example.com."
NAME = f"tok._domainkey.{ZONE}"
CNAME = Held(("tok.dkim.amazonses.com.",), 300)
BODY = "<ErrorResponse><Error><Type>Sender</Type><Code>{code}</Code><Message>no</Message></Error></ErrorResponse>"


@pytest.fixture
def writer() -> Iterator[Route53]:
    """An account with the zone, reached through the client that the writer makes for itself."""
    import boto3
    from moto import mock_aws

    with mock_aws():
        client = boto3.client("route53", "us-east-1")
        client.create_hosted_zone(Name=ZONE, CallerReference="1")
        yield Route53()


def answering(writer: Route53, *codes: str) -> list[str]:
    """The next calls get these errors; what is left of them."""
    from botocore.awsrequest import AWSResponse

    left = list(codes)

    class Raw:
        def stream(self, *_: Any, **__: Any) -> Iterator[bytes]:
            yield self.body

        def __init__(self, body: bytes) -> None:
            self.body = body

    def answer(request: Any, **_: Any) -> AWSResponse | None:
        if not left:
            return None
        body = BODY.format(code=left.pop(0)).encode()
        return AWSResponse(request.url, 400, {"Content-Type": "text/xml"}, Raw(body))

    writer._client.meta.events.register_first("before-send.route-53.*", answer)
    return left


def test_throttled_calls_are_made_again(writer: Route53) -> None:
    left = answering(writer, "Throttling", "PriorRequestNotComplete")
    writer.write(ZONE, NAME, "CNAME", Held(), CNAME)
    assert left == []
    assert writer.read(ZONE, NAME, "CNAME") == CNAME


@pytest.mark.parametrize("code", ["AccessDenied", "ExpiredToken", "InvalidClientTokenId", "SignatureDoesNotMatch"])
def test_credentials_that_do_not_hold(code: str, writer: Route53) -> None:
    answering(writer, code)
    with pytest.raises(CredentialsError):
        writer.read(ZONE, NAME, "CNAME")


def test_an_endpoint_that_is_down(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {"ACCESS_KEY_ID": "x", "SECRET_ACCESS_KEY": "x", "MAX_ATTEMPTS": "1"}.items():
        monkeypatch.setenv(f"AWS_{name}", value)
    monkeypatch.setenv("AWS_ENDPOINT_URL_ROUTE_53", "http://127.0.0.1:9")
    monkeypatch.setattr("botocore.retries.standard.ExponentialBackoff.delay_amount", lambda *_: 0.01)
    with pytest.raises(WriterError) as error:
        Route53().read(ZONE, NAME, "CNAME")
    assert not isinstance(error.value, CredentialsError)

"""The verifier against botocore's own signer: what it signs is accepted, what is changed afterwards is not."""

from __future__ import annotations

import time
from dataclasses import replace
from urllib.parse import quote, urlsplit

import pytest
from botocore.auth import SigV4Auth, SigV4QueryAuth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from hypothesis import given, settings
from hypothesis import strategies as st

from unpend.sesv2.errors import SesError
from unpend.sesv2.request import Request
from unpend.sesv2.signature import claimed, verify

SECRET = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"
NOW = time.time


def signed(
    method: str, path: str, body: bytes = b"", query: str = "", signer: type = SigV4Auth, **more: object
) -> Request:
    url = f"https://email.ap-northeast-1.amazonaws.com{path}" + (f"?{query}" if query else "")
    asked = AWSRequest(method, url, {"Content-Type": "application/json"} if body else {}, body or None)
    asked.context.update(more)
    signer(Credentials("AKIDEXAMPLE", SECRET), "ses", "ap-northeast-1").add_auth(asked)
    sent = asked.prepare()
    parts = urlsplit(sent.url)
    host = ("host", "email.ap-northeast-1.amazonaws.com")
    headers = [(k.lower(), v.decode() if isinstance(v, bytes) else v) for k, v in sent.headers.items()]
    return Request(method, parts.path, parts.query, (host, *headers), body)


def judged(request: Request, secret: str = SECRET, now: float | None = None) -> str:
    try:
        verify(request, claimed(request), secret, NOW() if now is None else now)
    except SesError as error:
        return error.code
    return "accepted"


def changed(request: Request, name: str, value: str) -> Request:
    return replace(request, headers=tuple((k, value if k == name else v) for k, v in request.headers))


IDENTITIES = [
    "example.com",
    "user+tag@example.com",
    "a b@example.com",
    "日本.example",
    "xn--wgv71a.example",
    "100%",
    "~t_x.y-z",
    "a:b",
    "a/b",
]


@pytest.mark.parametrize("identity", IDENTITIES)
def test_what_botocore_signs_is_accepted(identity: str) -> None:
    path = f"/v2/email/identities/{quote(identity, safe='-._~')}"
    assert judged(signed("GET", path)) == "accepted"
    assert judged(signed("PUT", path + "/dkim", b'{"SigningEnabled":true}')) == "accepted"
    arn = quote(f"arn:aws:ses:us-east-1:1:identity/{identity}", safe="-._~")
    assert (
        judged(signed("DELETE", "/v2/email/tags", query=f"TagKeys=b%20c&ResourceArn={arn}&TagKeys=a%2Bb")) == "accepted"
    )


segments = st.text(st.characters(codec="utf-8", exclude_characters="\r\n"), min_size=1, max_size=20)


@settings(max_examples=60, deadline=None)
@given(segments, segments, st.binary(max_size=60))
def test_any_name_query_and_body(name: str, value: str, body: bytes) -> None:
    query = f"NextToken={quote(value, safe='-._~')}&PageSize=3"
    request = signed("POST", f"/v2/email/identities/{quote(name, safe='-._~')}", body, query)
    assert judged(request) == "accepted"
    assert judged(replace(request, body=body + b" ")) == "InvalidSignatureException"


def test_a_request_replayed_as_another_is_refused() -> None:
    request = signed("PUT", "/v2/email/identities/a.example/dkim", b'{"SigningEnabled":true}')
    others = [
        replace(request, method="DELETE"),
        replace(request, path="/v2/email/identities/b.example/dkim"),
        replace(request, query="x=1"),
        replace(request, body=b'{"SigningEnabled":false}'),
        changed(request, "host", "email.us-east-1.amazonaws.com"),
        replace(request, headers=(*request.headers, ("x-amz-target", "Other"))),
        changed(request, "authorization", request.header("authorization").replace("ap-northeast-1", "us-east-1")),
        changed(request, "authorization", request.header("authorization").replace("/ses/", "/s3/")),
        changed(request, "authorization", request.header("authorization").replace("host;", "")),
        changed(request, "authorization", request.header("authorization")[:-1] + "g"),
    ]
    assert [judged(other) for other in others] == ["InvalidSignatureException"] * len(others)
    assert judged(request, SECRET.lower()) == "InvalidSignatureException"


@pytest.mark.parametrize("seconds", [-302, 302, 86400, 1e9])
def test_a_request_of_another_time_is_refused(seconds: float) -> None:
    request = signed("GET", "/v2/email/identities/a.example")
    assert judged(request, now=NOW() + seconds) == "InvalidSignatureException"
    assert judged(request, now=NOW() + (290 if seconds > 0 else -290)) == "accepted"


def test_what_is_not_a_whole_signature_is_named() -> None:
    request = signed("GET", "/v2/email/identities/a.example")
    assert judged(replace(request, headers=request.headers[:1])) == "MissingAuthenticationTokenException"
    wrong = [
        "Bearer x",
        "AWS4-HMAC-SHA256",
        "AWS4-HMAC-SHA256 Credential=a/b",
        "AWS4-HMAC-SHA256 " + "x" * 5000,
        "AWS4-HMAC-SHA256 =,=,=",
    ]
    assert {judged(changed(request, "authorization", told)) for told in wrong} == {"IncompleteSignatureException"}
    assert {judged(changed(request, "x-amz-date", told)) for told in ("", "20261399T996199Z", "yesterday")} == {
        "IncompleteSignatureException"
    }
    assert judged(signed("GET", "/v2/email/account", signer=SigV4QueryAuth)) == "IncompleteSignatureException"


def test_an_unsigned_payload_is_refused() -> None:
    unsigned = signed("PUT", "/v2/email/identities/a.example/dkim", b"{}", payload_signing_enabled=False)
    assert judged(unsigned) == "InvalidSignatureException"
    told = replace(unsigned, headers=(*unsigned.headers, ("x-amz-content-sha256", "UNSIGNED-PAYLOAD")))
    assert judged(told) == "InvalidSignatureException"

"""Hostile requests at the open port: sizes, shapes, names, signatures and other people's keys. The server stays up and says no."""

from __future__ import annotations

import http.client
import json
import re
import socket
import time
from collections.abc import Iterator
from urllib.parse import quote, urlsplit

import pytest
from botocore.exceptions import ClientError
from tests.sesv2.serving import Served, served

from unpend.sesv2.gate import AccessKey, Gate

MINE, THEIRS, SECRET = "111111111111", "222222222222", "a-secret-of-some-length"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """Open to everybody on this machine."""
    with served(tmp_path_factory.mktemp("open")) as up:
        yield up


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """Two tenants, each with a key."""
    keys = {"AKIDMINE": AccessKey(SECRET, MINE), "AKIDTHEIRS": AccessKey(SECRET[::-1], THEIRS)}
    with served(tmp_path_factory.mktemp("guarded"), Gate(keys=keys)) as up:
        yield up


def asked(server: Served, method: str, path: str, body: bytes | str = b"", **headers: str) -> tuple[int, str, str]:
    connection = http.client.HTTPConnection(urlsplit(server.url).netloc, timeout=20)
    try:
        connection.request(method, path, body, {name.replace("_", "-"): value for name, value in headers.items()})
        answer = connection.getresponse()
        return answer.status, answer.headers.get("x-amzn-errortype", ""), answer.read().decode()
    finally:
        connection.close()


def test_a_body_of_100_mb_is_not_read(server: Served) -> None:
    host, port = urlsplit(server.url).netloc.split(":")
    began, sent = time.monotonic(), 0
    with socket.create_connection((host, int(port)), 10) as wire:
        wire.sendall(b"POST /v2/email/identities HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n")
        try:
            for _ in range(1600):
                wire.sendall(b"10000\r\n" + b"[" * 65536 + b"\r\n")
                sent += 65536
        except OSError:
            pass
        try:
            told = wire.recv(65536)
        except ConnectionResetError:
            told = b" 413 "
    assert b" 413 " in told[:40]
    assert sent < 50 << 20
    assert time.monotonic() - began < 60
    assert asked(server, "POST", "/v2/email/identities", b"", Content_Length="104857600")[0] in (400, 413)
    assert asked(server, "GET", "/healthz") == (200, "", "ok\n")


DEEP = '{"EmailIdentity":"deep.example","x":' + "[" * 100_000 + "]" * 100_000 + "}"
WIDE = json.dumps({"EmailIdentity": "wide.example", "Tags": [{"Key": f"k{n}", "Value": "v"} for n in range(7000)]})
ODD = [
    DEEP,
    WIDE,
    "{",
    "[]",
    "null",
    '"x"',
    "\xff\xfe",
    '{"EmailIdentity":5}',
    '{"EmailIdentity":{"a":1}}',
    '{"EmailIdentity":"a.example","Tags":{}}',
    '{"EmailIdentity":"a.example","Tags":[{"Key":"aws:x","Value":"y"}]}',
    '{"EmailIdentity":"a.example","Tags":[{"Key":"k","Value":"%s"}]}' % ("v" * 257),
    '{"EmailIdentity":"a.example","ConfigurationSetName":"../../etc/passwd"}',
    '{"EmailIdentity":"\\u0000.example"}',
    '{"EmailIdentity":"a.example\\r\\nX-Evil: 1"}',
    '{"EmailIdentity":"\\ud800.example"}',
    '{"EmailIdentity":"%s"}' % ("a." * 100_000),
    '{"EmailIdentity":"\' OR 1=1 --.example"}',
    '{"EmailIdentity":"1e999999999.%s"}' % ("9" * 64),
]


@pytest.mark.parametrize("body", ODD, ids=range(len(ODD)))
def test_bodies_that_are_not_what_they_should_be(server: Served, body: str) -> None:
    status, kind, told = asked(server, "POST", "/v2/email/identities", body.encode("utf-8", "surrogatepass"))
    assert (status, bool(kind)) in {(400, True), (413, True)}, told
    assert len(told) < 2000
    assert json.loads(told)["message"].isascii()


@pytest.mark.parametrize("method", ["GET", "PUT", "POST", "DELETE", "PATCH", "OPTIONS", "BREW"])
def test_names_that_are_no_names(server: Served, method: str) -> None:
    """Nothing is found, nothing is echoed into a header, nothing breaks."""
    names = [
        "..",
        "../../etc/passwd",
        "a/b",
        "%",
        "\r\nX-Evil: 1",
        "\0",
        "'; DROP TABLE identity; --",
        "日本",
        "x" * 5000,
    ]
    for name in names:
        for path in ("", "/dkim", "/policies", f"/policies/{quote(name, safe='')}"):
            status, _, told = asked(server, method, f"/v2/email/identities/{quote(name, safe='')}{path}", "{}")
            assert 400 <= status < 500, (method, name, path, told)
    for path in (
        "/v2/email/identities/%ff%fe",
        "/v2/email/identities/%",
        "//",
        "/..//v2/email/identities/",
        "/v2/email/identities/",
    ):
        assert 400 <= asked(server, method, path, "{}")[0] < 500


def test_forms_that_are_no_forms(server: Served) -> None:
    many = "Action=GetIdentityDkimAttributes&" + "&".join(f"Identities.member.{n}=x" for n in range(5000))
    for form in (
        many,
        "Action=",
        "Action=<x>&amp;",
        "\xff",
        "Action=ListIdentities&MaxItems=99999999999999",
        "Action=ListIdentities&NextToken=%00",
    ):
        status, _, told = asked(server, "POST", "/", form.encode("latin-1"))
        assert status == 400
        assert re.search(r"<Code>\w+</Code>", told)
        assert "<x>" not in told
    assert asked(server, "PUT", "/", "Action=ListIdentities")[0] == 400


def test_web_pages_cannot_use_an_open_server(server: Served) -> None:
    """A page in the operator's browser: by its Origin, or under a name that was bound to 127.0.0.1 (DNS rebinding)."""
    form = "Action=DeleteIdentity&Identity=a.example"
    assert asked(server, "POST", "/", form, Origin="http://evil.example")[0] == 403
    assert asked(server, "POST", "/", form, Host="evil.example")[0] == 403
    for host in (
        "evil.example:8025",
        "127.0.0.1.evil.example",
        "localhost.evil.example",
        "",
        "a@127.0.0.1.nip.io",
    ):
        assert asked(server, "GET", "/v2/email/identities", Host=host)[0] in (400, 403)
    for host in ("localhost:1", "127.0.0.1", "[::1]:5", "email.localhost"):
        assert asked(server, "GET", "/v2/email/identities", Host=host)[0] == 200


def code(server: Served, key: str, secret: str, region: str = "us-east-1") -> str:
    try:
        server.client(key=key, secret=secret, region=region).get_email_identity(EmailIdentity="mine.example")
    except ClientError as error:
        return str(error.response["Error"]["Code"])
    return "found"


def test_keys_open_their_own_account_only(guarded: Served) -> None:
    mine = guarded.client(key="AKIDMINE", secret=SECRET)
    mine.create_email_identity(EmailIdentity="mine.example")
    assert code(guarded, "AKIDMINE", SECRET) == "found"
    assert code(guarded, "AKIDTHEIRS", SECRET[::-1]) == "NotFoundException"
    assert code(guarded, "AKIDMINE", SECRET[::-1]) == "InvalidSignatureException"
    assert code(guarded, "AKIDTHEIRS", SECRET) == "InvalidSignatureException"
    assert code(guarded, MINE, SECRET) == "UnrecognizedClientException"
    assert asked(guarded, "GET", "/v2/email/identities")[:2] == (403, "MissingAuthenticationTokenException")
    status, _, told = asked(guarded, "POST", "/", "Action=ListIdentities")
    assert (status, "MissingAuthenticationToken" in told) == (403, True)
    theirs = guarded.client(key="AKIDTHEIRS", secret=SECRET[::-1])
    assert theirs.list_email_identities()["EmailIdentities"] == []
    arn = f"arn:aws:ses:us-east-1:{MINE}:identity/mine.example"
    for call, given in (
        (theirs.tag_resource, {"Tags": [{"Key": "k", "Value": "v"}]}),
        (theirs.untag_resource, {"TagKeys": ["k"]}),
        (theirs.list_tags_for_resource, {}),
    ):
        with pytest.raises(ClientError, match="does not exist"):
            call(ResourceArn=arn, **given)
    mine.tag_resource(ResourceArn=arn, Tags=[{"Key": "k +/=é", "Value": "v"}])
    assert mine.list_tags_for_resource(ResourceArn=arn)["Tags"] == [{"Key": "k +/=é", "Value": "v"}]
    mine.untag_resource(ResourceArn=arn, TagKeys=["k +/=é", "other"])
    assert mine.list_tags_for_resource(ResourceArn=arn)["Tags"] == []
    with pytest.raises(ClientError, match="at most 50 tags"):
        mine.tag_resource(ResourceArn=arn, Tags=[{"Key": f"k{n}", "Value": ""} for n in range(51)])


def test_policies_are_kept_and_bounded(guarded: Served) -> None:
    ses, name = guarded.client(key="AKIDMINE", secret=SECRET), "policies.example"
    ses.create_email_identity(EmailIdentity=name)
    text = '{"Version":"2012-10-17","Statement":[]}'
    for n in range(20):
        ses.create_email_identity_policy(EmailIdentity=name, PolicyName=f"p{n}", Policy=text)
    assert len(ses.get_email_identity_policies(EmailIdentity=name)["Policies"]) == 20
    wrong = {
        "LimitExceededException": (ses.create_email_identity_policy, "p20", text),
        "AlreadyExistsException": (ses.create_email_identity_policy, "p1", text),
        "NotFoundException": (ses.update_email_identity_policy, "absent", text),
        "BadRequestException": (ses.update_email_identity_policy, "p1", "[" * 4000),
    }
    for kind, (call, policy, body) in wrong.items():
        with pytest.raises(ClientError) as error:
            call(EmailIdentity=name, PolicyName=policy, Policy=body)
        assert error.value.response["Error"]["Code"] == kind
    ses.update_email_identity_policy(EmailIdentity=name, PolicyName="p1", Policy='{"a":1}')
    ses.delete_email_identity_policy(EmailIdentity=name, PolicyName="p0")
    got = ses.get_email_identity(EmailIdentity=name)["Policies"]
    assert (len(got), got["p1"]) == (19, '{"a":1}')


def cut_off(wire: socket.socket, sent: bytes) -> bytes:
    """What comes back while `sent` is dripped again and again, until the server has closed the connection."""
    told, ended = b"", time.monotonic() + 60
    wire.settimeout(0.05)
    while time.monotonic() < ended:
        try:
            wire.sendall(sent)
            part = wire.recv(65536)
        except TimeoutError:
            continue
        except OSError:
            return told
        if not part:
            return told
        told += part
    raise AssertionError("still connected")


@pytest.mark.parametrize("first", [b"", b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nX: ", b"whole"])
def test_a_head_that_drips_is_cut_off(server: Served, monkeypatch: pytest.MonkeyPatch, first: bytes) -> None:
    """Also on a connection that has had an answer already, and where nothing but empty lines comes."""
    monkeypatch.setattr("unpend.server.wire.SLOWEST_HEAD", 0.5)
    whole = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n"
    host, port = urlsplit(server.url).netloc.split(":")
    with socket.create_connection((host, int(port)), 10) as wire:
        if first == b"whole":
            wire.sendall(whole)
            assert wire.recv(65536).startswith(b"HTTP/1.1 200")
        else:
            wire.sendall(first)
        assert cut_off(wire, b"x" if first.startswith(b"GET") else b"\r\n") == b""
    assert asked(server, "GET", "/healthz")[0] == 200


@pytest.mark.parametrize("whole", [True, False])
def test_a_head_without_end_is_refused(server: Served, whole: bool) -> None:
    host, port = urlsplit(server.url).netloc.split(":")
    with socket.create_connection((host, int(port)), 10) as wire:
        wire.sendall(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nX: " + b"x" * 40_000 + b"\r\n\r\n" * whole)
        assert wire.recv(65536).startswith(b"HTTP/1.1 431")

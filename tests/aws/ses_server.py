"""A server on loopback in place of Amazon SES: identities by region, the documented shapes, faults on demand.

Every answer of the API v2 is validated against botocore's own model of the operation before it leaves, so that no test
rests on a shape that boto3 would not know.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import botocore.session
from botocore.validate import ParamValidator

from unpend.lab.words import TOKENS

MODEL = botocore.session.get_session().get_service_model("sesv2")
Json = dict[str, Any]
Fault = tuple[int, str, str]


def identity(status: str = "PENDING", **more: Any) -> Json:
    """GetEmailIdentity's answer about a domain with Easy DKIM; `dkim` and further keywords replace parts of it."""
    dkim = {
        "SigningEnabled": True,
        "Status": status,
        "Tokens": list(TOKENS),
        "SigningHostedZone": "dkim.amazonses.com",
        "SigningAttributesOrigin": "AWS_SES",
        "NextSigningKeyLength": "RSA_2048_BIT",
        "CurrentSigningKeyLength": "RSA_2048_BIT",
        "LastKeyGenerationTimestamp": 1795480000.0,
    }
    return {
        "IdentityType": "DOMAIN",
        "FeedbackForwardingStatus": True,
        "VerifiedForSendingStatus": status == "SUCCESS",
        "DkimAttributes": dkim | more.pop("dkim", {}),
        "MailFromAttributes": {"BehaviorOnMxFailure": "USE_DEFAULT_VALUE"},
        "Policies": {},
        "Tags": [],
        "VerificationStatus": status,
        **more,
    }


def looked(error: str = "HOST_NOT_FOUND", minutes_ago: float = 120, primary: str = "") -> Json:
    """VerificationInfo of a look some time ago."""
    info: Json = {"ErrorType": error, "LastCheckedTimestamp": time.time() - 60 * minutes_ago}
    soa = {"PrimaryNameServer": primary, "AdminEmail": "admin.example.com", "SerialNumber": 7}
    return {"VerificationInfo": info | ({"SOARecord": soa} if primary else {})}


@dataclass
class Ses:
    """What the server holds: region → name → identity. `faults`: (region, operation) → status, code, message.

    The operation "*" stands for all; of a list one fault is told a call, until none is left.
    """

    regions: dict[str, dict[str, Json]] = field(default_factory=dict)
    faults: dict[tuple[str, str], Fault | list[Fault]] = field(default_factory=dict)
    sandboxed: set[str] = field(default_factory=set)
    restarts_by: str = "VerifyDomainDkim"
    new_tokens: tuple[str, ...] = ()
    calls: list[tuple[str, str, float]] = field(default_factory=list)
    bodies: list[Json] = field(default_factory=list)
    url: str = ""

    @property
    def operations(self) -> list[str]:
        return [f"{operation} {region}" for region, operation, _ in self.calls]

    def answer(self, region: str, operation: str, name: str, given: Json) -> tuple[int, Json]:
        """What the call gets, as AWS would say it."""
        self.calls.append((region, operation, time.monotonic()))
        self.bodies.append(given)
        fault = self.faults.get((region, operation)) or self.faults.get((region, "*"))
        if fault := fault.pop(0) if isinstance(fault, list) else fault:
            return fault[0], {"__type": fault[1], "message": fault[2]}
        held = self.regions.get(region, {})
        if operation == "GetAccount":
            return 200, {"ProductionAccessEnabled": region not in self.sandboxed, "SendingEnabled": True}
        if operation == "ListEmailIdentities":
            return 200, listed(held, given)
        if name not in held:
            return 404, {"__type": "NotFoundException", "message": f"Email identity {name} does not exist."}
        if operation == "GetEmailIdentity":
            return 200, held[name]
        return self._changed(operation, held[name], given)

    def _changed(self, operation: str, held: Json, given: Json) -> tuple[int, Json]:
        dkim = held["DkimAttributes"]
        if operation == "PutEmailIdentityMailFromAttributes":
            held["MailFromAttributes"] |= {"MailFromDomain": given["MailFromDomain"], "MailFromDomainStatus": "PENDING"}
            return 200, {}
        if operation == self.restarts_by and dkim["Status"] == "FAILED":
            dkim["Status"] = held["VerificationStatus"] = "PENDING"
        if self.new_tokens:
            dkim["Tokens"] = list(self.new_tokens)
        return 200, {k: dkim[k] for k in ("SigningHostedZone",)} | {
            "DkimStatus": dkim["Status"],
            "DkimTokens": dkim["Tokens"],
        }


def listed(held: dict[str, Json], given: Json) -> Json:
    """One page of the identities, in pages of two, so that paging is always tried."""
    names = sorted(held)
    start = int(given.get("NextToken", 0))
    page = [
        {
            "IdentityType": held[n]["IdentityType"],
            "IdentityName": n,
            "SendingEnabled": held[n]["VerifiedForSendingStatus"],
            "VerificationStatus": held[n]["VerificationStatus"],
        }
        for n in names[start : start + 2]
    ]
    more = {"NextToken": str(start + 2)} if start + 2 < len(names) else {}
    return {"EmailIdentities": page, **more}


def operation_of(method: str, path: str) -> tuple[str, str]:
    """The operation and the identity of a request, by the paths of the model."""
    parts = unquote(path).strip("/").split("/")
    if parts == ["v2", "email", "account"]:
        return "GetAccount", ""
    if parts in (
        ["v2", "email", "identities"],
        ["v2", "email", "list-identities"],
    ):  # the model's path has changed once
        return "ListEmailIdentities", ""
    tails = {
        ("GET", ""): "GetEmailIdentity",
        ("PUT", "dkim/signing"): "PutEmailIdentityDkimSigningAttributes",
        ("PUT", "mail-from"): "PutEmailIdentityMailFromAttributes",
    }
    return tails[method, "/".join(parts[4:])], parts[3]


def validated(operation: str, body: Json) -> Json:
    """The answer, if botocore's model of the operation's output allows it."""
    if "__type" not in body:
        report = ParamValidator().validate(body, MODEL.operation_model(operation).output_shape)
        missing = "Missing required parameter in MailFromAttributes"  # AWS itself leaves them out (ses.md section 3)
        faults = [line for line in report.generate_report().splitlines() if missing not in line]
        assert not faults, faults
    return body


def as_xml(operation: str, body: Json) -> str:
    """The answer of the API v1 (Query), which knows VerifyDomainDkim alone here."""
    if "__type" in body:
        return f"<ErrorResponse><Error><Code>{body['__type']}</Code><Message>{body['message']}</Message></Error></ErrorResponse>"
    tokens = "".join(f"<member>{token}</member>" for token in body["DkimTokens"])
    return (
        f'<{operation}Response xmlns="http://ses.amazonaws.com/doc/2010-12-01/"><{operation}Result>'
        f"<DkimTokens>{tokens}</DkimTokens></{operation}Result></{operation}Response>"
    )


class SesServer(ThreadingHTTPServer):
    """A server with what it holds."""

    daemon_threads = True

    def __init__(self, ses: Ses) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.ses = ses


class Handler(BaseHTTPRequestHandler):
    """Hands each request to the `Ses` of its server."""

    protocol_version = "HTTP/1.1"
    server: SesServer

    def do_GET(self) -> None:
        self._serve()

    def do_PUT(self) -> None:
        self._serve()

    def do_POST(self) -> None:
        if self.path != "/":
            self._serve()
            return
        body = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
        operation = body["Action"][0]
        status, told = self.server.ses.answer(self._region(), operation, body["Domain"][0], {})
        self._send(status, as_xml(operation, told), "text/xml", "")

    def _serve(self) -> None:
        url = urlsplit(self.path)
        operation, name = operation_of(self.command, url.path)
        sent = self.rfile.read(int(self.headers["Content-Length"] or 0))
        given = {k: v[0] for k, v in parse_qs(url.query).items()} | (json.loads(sent) if sent else {})
        status, body = self.server.ses.answer(self._region(), operation, name, given)
        self._send(status, json.dumps(validated(operation, body)), "application/json", body.get("__type", ""))

    def _region(self) -> str:
        return self.headers["Authorization"].split("/")[2]

    def _send(self, status: int, text: str, kind: str, error: str) -> None:
        data = text.encode()
        self.send_response(status)
        for header, value in (("Content-Type", kind), ("Content-Length", str(len(data)))):
            self.send_header(header, value)
        if error:
            self.send_header("x-amzn-ErrorType", error)
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *arguments: Any) -> None:
        pass


@contextmanager
def ses_server() -> Iterator[Ses]:
    """A running server and what it holds."""
    ses = Ses()
    server = SesServer(ses)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    ses.url = f"http://127.0.0.1:{server.server_port}"
    try:
        yield ses
    finally:
        server.shutdown()
        thread.join()
        server.server_close()

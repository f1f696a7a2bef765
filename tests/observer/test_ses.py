"""SES's own view, from a server that answers with the documented shapes; boto3 itself reads them."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest
from tests.cli.lab_flags import flags, typed

from unpend.lab import Lab, load_scenario
from unpend.lab.words import TOKENS
from unpend.observer.ses import ask_ses

IDENTITY = {
    "IdentityType": "DOMAIN",
    "VerifiedForSendingStatus": False,
    "FeedbackForwardingStatus": True,
    "VerificationStatus": "PENDING",
    "DkimAttributes": {
        "SigningEnabled": True,
        "Status": "PENDING",
        "Tokens": list(TOKENS),
        "SigningHostedZone": "dkim.amazonses.com",
        "SigningAttributesOrigin": "AWS_SES",
    },
    "VerificationInfo": {
        "ErrorType": "HOST_NOT_FOUND",
        "LastCheckedTimestamp": 1795489000.0,
        "SOARecord": {"PrimaryNameServer": "ns-1.awsdns-01.com", "SerialNumber": 1},
    },
}


@pytest.fixture
def ses(monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, tuple[int, Any]]]:
    """A server in place of SES: region → status and body; others have no identity. Credentials are set."""
    told: dict[str, tuple[int, Any]] = {}

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            region = self.headers["Authorization"].split("/")[2]
            status, body = told.get(region, (404, {"__type": "NotFoundException", "message": "no such identity"}))
            data = json.dumps(body).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("x-amzn-ErrorType", body.get("__type", ""))
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *arguments: Any) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    monkeypatch.setenv("AWS_ENDPOINT_URL_SESV2", f"http://127.0.0.1:{server.server_port}")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret-of-the-test")
    yield told
    server.shutdown()
    thread.join()
    server.server_close()


def test_the_identity_is_fetched(ses: dict[str, tuple[int, Any]]) -> None:
    ses["eu-west-1"] = (200, IDENTITY)
    answer = ask_ses("example.com", region="eu-west-1")
    assert answer.text is not None
    held = json.loads(answer.text)
    assert held["DkimAttributes"]["Tokens"] == list(TOKENS)
    assert held["VerificationInfo"]["ErrorType"] == "HOST_NOT_FOUND"
    assert (answer.region, answer.notes) == ("eu-west-1", ())


def test_another_region_is_found_and_told(ses: dict[str, tuple[int, Any]]) -> None:
    ses["eu-west-1"] = (200, IDENTITY)
    ses["ap-south-1"] = (403, {"__type": "AccessDeniedException", "message": "region switched off"})
    seen: list[str] = []
    regions = ("ap-south-1", "eu-west-1", "us-east-1")
    answer = ask_ses(
        "example.com", region="us-east-1", regions=regions, progress=lambda t: seen.append(t.of("en")), pause=0
    )
    assert answer.region == "eu-west-1"
    assert "not in us-east-1 but in eu-west-1" in answer.notes[0].of("en")
    assert [line.split()[3] for line in seen] == ["us-east-1", "ap-south-1", "eu-west-1"]


@pytest.mark.parametrize(
    ("answer", "word"),
    [
        (
            (403, {"__type": "AccessDeniedException", "message": "not authorized to perform ses:GetEmailIdentity"}),
            "not authorized",
        ),
        ((400, {"__type": "BadRequestException", "message": "bad"}), "bad"),
        ((200, None), "did not tell"),
    ],
)
def test_a_refusal_is_a_note(ses: dict[str, tuple[int, Any]], answer: tuple[int, Any], word: str) -> None:
    ses["us-east-1"] = (
        answer if answer[1] is not None else (400, {"__type": "ExpiredTokenException", "message": "expired"})
    )
    told = ask_ses("example.com", region="us-east-1", regions=["eu-west-1"], pause=0)
    assert told.text is None
    assert word in told.notes[0].of("en")
    assert "secret-of-the-test" not in told.notes[0].of("en")


def test_missing_everywhere(ses: dict[str, tuple[int, Any]]) -> None:
    told = ask_ses("example.com", region="us-east-1", regions=["eu-west-1"], pause=0)
    assert "none of 2 regions" in told.notes[0].of("en")


def test_without_credentials_or_region(monkeypatch: pytest.MonkeyPatch) -> None:
    assert "no AWS credentials" in ask_ses("example.com", region="us-east-1").notes[0].of("en")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    assert "no AWS region" in ask_ses("example.com").notes[0].of("en")
    assert ask_ses("example.com", profile="no-such-profile").text is None


async def test_check_asks_ses_where_nothing_is_given(ses: dict[str, tuple[int, Any]], tmp_path: Path) -> None:
    ses["us-east-1"] = (200, IDENTITY)
    async with Lab(load_scenario("doubled-zone")) as lab:
        words = flags(lab, tmp_path)
        del words[words.index("--expect") : words.index("--expect") + 2]
        code, out, err = await typed("check", *words, "--region", "us-east-1", "--format", "json")
    report = json.loads(out)
    assert (code, report["findings"][0]["code"]) == (1, "doubled-zone"), err
    assert report["provider"]["error_type"] == "HOST_NOT_FOUND"
    assert "us-east-1" in err

"""SES asked with no, wrong or weak credentials, throttled, or down: one clear sentence, and the check goes on."""

from __future__ import annotations

import json
from itertools import pairwise
from pathlib import Path

import pytest
from tests.aws.ses_server import Fault, Ses, identity
from tests.aws.typed_here import typed_here
from tests.cli.lab_flags import flags

from unpend.engine.provider import from_ses
from unpend.lab import Lab, load_scenario
from unpend.lab.words import TOKENS
from unpend.model.expected import Elsewhere, Expected, ExpectedRecord, Purpose
from unpend.observer.ses import ask_ses

HOME, AWAY = "us-east-1", "eu-west-1"
DOMAIN = "example.com."
FORBIDDEN = "User: arn:aws:iam::123456789012:user/x is not authorized to perform: ses:GetEmailIdentity"
FAULTS: dict[str, tuple[Fault, str]] = {
    "expired": ((403, "ExpiredTokenException", "The security token is expired"), "have expired; sign in again"),
    "wrong": ((403, "UnrecognizedClientException", "The token is invalid."), "does not accept these AWS credentials"),
    "not allowed": ((403, "AccessDeniedException", FORBIDDEN), "may not call ses:GetEmailIdentity in us-east-1"),
    "throttled": ((429, "TooManyRequestsException", "Rate exceeded"), "throttles the account"),
    "bad": ((400, "BadRequestException", "no good"), "refused ses:GetEmailIdentity: BadRequestException: no good"),
}


def notes(expected: Expected) -> str:
    return " ".join(note.of("en") for note in expected.notes)


@pytest.mark.parametrize("kind", FAULTS)
def test_a_refusal_is_one_sentence_without_the_secret(ses: Ses, kind: str) -> None:
    fault, words = FAULTS[kind]
    ses.faults[HOME, "GetEmailIdentity"] = fault
    told = from_ses(DOMAIN, region=HOME, pause=0)
    assert told.view is None
    assert len(told.notes) == 1
    assert words in notes(told)
    assert "secret-of-the-test" not in notes(told)
    assert {region for region, _, _ in ses.calls} == {HOME}


def test_throttling_that_passes_is_waited_out(ses: Ses) -> None:
    ses.regions = {HOME: {"example.com": identity()}}
    ses.faults[HOME, "GetEmailIdentity"] = [(429, "TooManyRequestsException", "Rate exceeded")]
    told = from_ses(DOMAIN, region=HOME, pause=0)
    assert ses.operations == ["GetEmailIdentity us-east-1"] * 2
    assert [record.name for record in told.records] == [f"{token}._domainkey.{DOMAIN}" for token in TOKENS]


def test_without_credentials_region_profile_or_endpoint(ses: Ses, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "no AWS region is set" in notes(from_ses(DOMAIN))
    assert "there is no AWS profile nobody" in notes(from_ses(DOMAIN, profile="nobody", region=HOME))
    monkeypatch.setenv("AWS_ENDPOINT_URL_SESV2", "http://127.0.0.1:1")
    assert "Amazon SES in us-east-1 cannot be reached" in notes(from_ses(DOMAIN, region=HOME))
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    assert "no AWS credentials were found" in notes(from_ses(DOMAIN, region=HOME))
    assert ses.calls == []


async def test_the_check_goes_on_with_what_dns_shows(ses: Ses, tmp_path: Path) -> None:
    ses.faults[HOME, "*"] = FAULTS["not allowed"][0]
    case = str(tmp_path / "case.json")
    async with Lab(load_scenario("doubled-zone")) as lab:
        command = ("check", *flags(lab, tmp_path), "--ask-ses", "--region", HOME, "--save", case)
        code, out, _ = await typed_here(*command, "--format", "json")
    assert (code, json.loads(out)["findings"][0]["code"]) == (1, "doubled-zone")
    _, text, _ = await typed_here("replay", case, "--lang", "ja")
    assert "ses:GetEmailIdentityを呼び出す権限がありません" in "".join(text.split())


def test_every_region_is_asked_one_call_a_pause(ses: Ses) -> None:
    ses.regions = {AWAY: {"example.com": identity("SUCCESS")}, "ap-northeast-1": {"example.com": identity("FAILED")}}
    ses.faults["ap-south-1", "*"] = FAULTS["wrong"][0]
    ses.faults[AWAY, "ListEmailIdentities"] = FAULTS["not allowed"][0]
    seen: list[str] = []
    told = ask_ses(
        "example.com", region=HOME, every_region=True, pause=0.02, progress=lambda t: seen.append(t.of("en"))
    )
    assert (told.region, told.asked, told.exists, told.production) == (AWAY, HOME, True, True)
    assert told.elsewhere == (Elsewhere("ap-northeast-1", "FAILED"),)
    assert told.unanswered == ("ap-south-1",)
    times = [at for _, _, at in ses.calls]
    assert min(b - a for a, b in pairwise(times)) >= 0.019
    asked = [region for region, operation, _ in ses.calls if operation == "GetEmailIdentity"]
    assert len(asked) == len(set(asked)) == told.searched + 1 > 20
    assert asked[:4] == [HOME, "us-west-2", AWAY, "ap-northeast-1"]
    assert not any(region.startswith("us-gov") for region in asked)
    assert "Asking SES in us-west-2 … (2 of" in seen[1]


def test_what_the_file_wants_and_ses_does_not_is_told(ses: Ses) -> None:
    old = ExpectedRecord(Purpose.DKIM, f"old._domainkey.{DOMAIN}", "CNAME", ("old.dkim.amazonses.com.",))
    spf = ExpectedRecord(Purpose.SPF, DOMAIN, "TXT", ("v=spf1 -all",))
    ses.regions = {HOME: {"example.com": identity()}}
    told = from_ses(DOMAIN, Expected(DOMAIN, (old, spf), "ses", "eu-west-1", source="csv"), region=HOME, pause=0)
    assert told.view is not None
    assert told.view.unwanted_names == told.former_names == (old.name,)
    assert (len(told.records), told.records[-1], told.region) == (4, spf, HOME)
    assert "what SES asks for is used" in notes(told)


def test_a_key_of_ones_own_is_known_from_the_file(ses: Ses) -> None:
    key = ExpectedRecord(Purpose.DKIM, f"mine._domainkey.{DOMAIN}", "TXT", ("p=MIIB",))
    ses.regions = {HOME: {"example.com": identity(dkim={"SigningAttributesOrigin": "EXTERNAL", "Tokens": ["mine"]})}}
    told = from_ses(DOMAIN, Expected(DOMAIN, (key,), source="zone-file"), region=HOME, pause=0)
    assert told.records == (key,)
    assert told.view is not None
    assert (told.view.dkim_status, told.view.unwanted_names) == ("PENDING", ())


def test_an_answer_that_cannot_be_read_is_left_out(ses: Ses) -> None:
    ses.regions = {HOME: {"example.com": identity(dkim={"Tokens": ["a"]})}}
    told = from_ses(DOMAIN, region=HOME, pause=0)
    assert told.view is None
    assert "cannot be read, and is left out" in notes(told)

"""The four states that SES tells stand apart in the report, in both languages."""

from __future__ import annotations

from pathlib import Path

from tests.aws.ses_server import Ses, identity, looked
from tests.aws.typed_here import typed_here
from tests.cli.lab_flags import flags

from unpend.lab import Lab, load_scenario

MAIL_FROM = {
    "MailFromDomain": "bounce.example.com",
    "MailFromDomainStatus": "FAILED",
    "BehaviorOnMxFailure": "USE_DEFAULT_VALUE",
}
HELD = identity("SUCCESS", dkim={"Status": "PENDING"}, MailFromAttributes=MAIL_FROM, **looked(primary="ns.old.net"))


async def test_each_state_has_its_line(ses: Ses, tmp_path: Path) -> None:
    ses.regions = {"us-east-1": {"example.com": HELD}, "eu-west-1": {"example.com": identity("FAILED")}}
    case = str(tmp_path / "case.json")
    async with Lab(load_scenario("healthy")) as lab:
        words = [*flags(lab, tmp_path), "--all-regions", "--region", "us-east-1", "--ses-pause", "0"]
        _, text, err = await typed_here("check", *words, "--save", case)
    lines = [line.strip() for line in text.splitlines()]
    start = lines.index("What Amazon SES says in us-east-1")
    assert lines[start + 1 : start + 5] == [
        "Identity (VerificationStatus): SUCCESS",
        "DKIM: PENDING, signing on",
        "MAIL FROM bounce.example.com: FAILED",
        "Sending from it (VerifiedForSendingStatus): allowed",
    ]
    assert lines[start + 5].startswith("Last look: 20")
    assert lines[start + 5].endswith("HOST_NOT_FOUND")
    assert lines[start + 6 : start + 8] == ["It was answered by ns.old.net, serial 7", "In eu-west-1: FAILED"]
    assert "Asking SES in us-west-2" in err
    _, text, _ = await typed_here("replay", case, "--lang", "ja", "--format", "markdown")
    assert " の Amazon SES の表示" in text
    assert "DKIM: PENDING、署名は有効" in text

"""`unpend watch` where SES is asked: it ends when SES says so, not when DNS is right."""

from __future__ import annotations

import json
import threading
from pathlib import Path

import pytest
from tests.aws.ses_server import Ses, identity, looked
from tests.aws.typed_here import typed_here
from tests.cli.lab_flags import flags

from unpend.lab import Lab, load_scenario

HOME = "us-east-1"


async def events(ses: Ses, folder: Path, *more: str, deadline: str = "30s") -> tuple[int, list[dict[str, object]]]:
    async with Lab(load_scenario("healthy")) as lab:
        words = flags(lab, folder)
        code, out, _ = await typed_here(
            "watch", *words, "--region", HOME, "--format", "json", "--deadline", deadline, "--ses-pause", "0", *more
        )
    return code, [json.loads(line) for line in out.splitlines()]


async def test_it_ends_when_ses_has_looked(ses: Ses, tmp_path: Path) -> None:
    ses.regions = {HOME: {"example.com": identity(**looked())}}
    later = threading.Timer(2, ses.regions[HOME].update, [{"example.com": identity("SUCCESS")}])
    later.start()
    code, told = await events(ses, tmp_path, "--ask-ses")
    later.join()
    assert code == 0
    assert [(e["event"], e["verdict"]) for e in told] == [("looked", "ok"), ("verified", "ok")]
    assert told[0]["findings"] == ["provider-not-rechecked"]
    assert told[1]["provider"] == {"verification_status": "SUCCESS", "dkim_status": "SUCCESS"}


@pytest.mark.parametrize("asked", [True, False])
async def test_only_what_ses_says_now_is_waited_for(ses: Ses, tmp_path: Path, asked: bool) -> None:
    ses.regions = {HOME: {"example.com": identity()}}
    (tmp_path / "old.json").write_text(json.dumps(identity()))
    more = ("--ask-ses",) if asked else ("--expect", str(tmp_path / "old.json"))
    code, told = await events(ses, tmp_path, *more, deadline="1s")
    assert (code, told[-1]["event"]) == ((124, "deadline") if asked else (0, "verified"))

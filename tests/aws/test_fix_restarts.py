"""`unpend fix` where SES has given up: the records first, then the verification starts again, and never the other way round."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from lab_cases import look
from tests.aws.ses_server import Ses, identity
from tests.aws.typed_here import typed_here
from tests.cli.lab_flags import flags
from tests.cli.powerdns_api import PowerDnsApi, powerdns_api

from unpend.cli import applying
from unpend.lab import Lab, load_scenario

HOME = "us-east-1"
RESTARTS = {"VerifyDomainDkim", "PutEmailIdentityDkimSigningAttributes"}
Typing = tuple[Lab, PowerDnsApi, list[str]]


@pytest.fixture
async def at_failed(ses: Ses, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Typing]:
    """A lab whose records are doubled, its zone's API, and an SES that has given up the same tokens."""
    async with Lab(load_scenario("doubled-zone")) as lab:
        tokens = [record.name.partition(".")[0] for record in lab.expected.records]
        ses.regions = {HOME: {"example.com": identity("FAILED", dkim={"Tokens": tokens})}}
        with powerdns_api(lab) as api:
            for name, value in api.settings.items():
                monkeypatch.setenv(name, value)
            words = [*flags(lab, tmp_path), "--region", HOME, "--ask-ses", "--ses-pause", "0", "--format", "json"]
            yield lab, api, [*words, "--wait", "3", "--undo-file", str(tmp_path / "undo.json"), "--yes"]


def restarts(ses: Ses) -> list[str]:
    return [operation for _, operation, _ in ses.calls if operation in RESTARTS]


async def test_the_records_then_the_verification(ses: Ses, at_failed: Typing) -> None:
    _, api, words = at_failed
    code, out, err = await typed_here("fix", *words)
    told: dict[str, Any] = json.loads(out)
    assert (code, told["applied"]["provider"]["op"], told["applied"]["provider"]["done"]) == (0, "restart", True), err
    assert (told["applied"]["shown_everywhere"], api.writes) == (True, len(told["applied"]["made"]))
    assert (told["provider"]["dkim_status"], restarts(ses)) == ("PENDING", ["VerifyDomainDkim"])


async def test_not_while_servers_do_not_show_the_records(ses: Ses, at_failed: Typing) -> None:
    _, api, words = at_failed
    api.publishes = False
    code, out, _ = await typed_here("fix", *words)
    applied = json.loads(out)["applied"]
    assert (code, applied["shown_everywhere"], applied["provider"]["op"], restarts(ses)) == (1, False, "await", [])


async def test_only_the_verification_where_the_records_are_right(
    ses: Ses, at_failed: Typing, monkeypatch: pytest.MonkeyPatch
) -> None:
    lab, api, words = at_failed
    monkeypatch.setattr(applying, "PROVIDER_SHOWS", 0.0)
    plan = json.loads((await typed_here("fix", *words, "--dry-run"))[1])["plan"]
    assert (restarts(ses), plan["then"][-1]["op"]) == ([], "restart-verification")
    lab.apply((await look(lab)).plan)
    lab.flush()
    await typed_here("fix", *words)
    assert (restarts(ses), api.writes) == (["VerifyDomainDkim"], 0)

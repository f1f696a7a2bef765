"""Each finding about SES's own view, through the command line: with what it is about, and with one thing changed."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from tests.aws.ses_server import Json, Ses, identity, looked
from tests.aws.typed_here import typed_here
from tests.cli.lab_flags import flags

from unpend.lab import Lab, load_scenario

HOME, AWAY = "us-east-1", "eu-west-1"
Report = dict[str, Any]


@dataclass(frozen=True)
class World:
    """What SES holds in the region that is meant, what else; the flags; and the exit code with the finding."""

    held: Json | None
    more: Callable[[Ses], Any] = lambda ses: None
    flags: tuple[str, ...] = ()
    exit_code: int = 0
    given: bool = False


def elsewhere(status: str) -> Callable[[Ses], Any]:
    return lambda ses: ses.regions.update({AWAY: {"example.com": identity(status)}})


def address(**more: Any) -> Callable[[Ses], Any]:
    held = identity("SUCCESS", IdentityType="EMAIL_ADDRESS", **more)
    others = {f"a{i}@example.org": identity() for i in range(3)}
    return lambda ses: ses.regions[HOME].update({"news@example.com": held, **others})


def saw(primary: str) -> Json:
    return identity(**looked(primary=primary))


PENDING, VERIFIED = identity(), identity("SUCCESS")
FAILED = identity("FAILED")
OTHER_TOKENS = {"Tokens": [letter * 32 for letter in "xyz"]}
ONCE = {"VerificationInfo": {"LastSuccessTimestamp": time.time() - 10**6}}
# Code → the world in which it is found, and one beside it in which it is not.
BOTH_WAYS: dict[str, tuple[World, World]] = {
    "provider-not-rechecked": (World(identity(**looked())), World(VERIFIED)),
    "provider-saw-old-host": (World(saw("ns1.old-host.net")), World(saw("ns01.domaincontrol.com"))),
    "verification-expired": (World(FAILED, exit_code=1), World(PENDING)),
    "verification-revoked": (World(FAILED | ONCE, exit_code=1), World(FAILED, exit_code=1)),
    "authentication-not-started": (
        World(identity(dkim={"Status": "NOT_STARTED", "Tokens": []}), exit_code=1),
        World(PENDING),
    ),
    "replica-broken": (
        World(identity(**looked("REPLICATION_ACCESS_DENIED")), exit_code=1),
        World(identity(**looked())),
    ),
    "signing-disabled": (
        World(identity("SUCCESS", dkim={"SigningEnabled": False})),
        World(identity(dkim={"SigningEnabled": False, "Status": "NOT_STARTED", "Tokens": []}), exit_code=1),
    ),
    "sandbox": (
        World(VERIFIED, more=lambda ses: ses.sandboxed.add(HOME)),
        World(PENDING, more=lambda ses: ses.sandboxed.add(HOME)),
    ),
    "identity-overridden": (
        World(VERIFIED, more=address(dkim={"SigningEnabled": False})),
        World(VERIFIED, more=address()),
    ),
    "wrong-region": (World(None, more=elsewhere("SUCCESS"), exit_code=1), World(VERIFIED, more=elsewhere("SUCCESS"))),
    "identity-missing": (World(None, exit_code=1), World(None, more=elsewhere("PENDING"))),
    "tokens-changed": (
        World(identity(dkim=OTHER_TOKENS), flags=("--ask-ses",), exit_code=1, given=True),
        World(PENDING, flags=("--ask-ses",), given=True),
    ),
}


async def told(ses: Ses, world: World, lab: Lab, folder: Path) -> tuple[int, Report, str]:
    """What `unpend check` says of a domain whose records are right, with this world at SES."""
    ses.regions = {HOME: {"example.com": world.held} if world.held else {}}
    world.more(ses)
    words = flags(lab, folder)
    if not world.given:
        del words[words.index("--expect") : words.index("--expect") + 2]
    command = ("check", *words, "--region", HOME, "--ses-pause", "0", "--format", "json", *world.flags)
    code, out, err = await typed_here(*command)
    return code, json.loads(out), err


@pytest.mark.parametrize("code", BOTH_WAYS)
async def test_a_finding_is_told_and_its_neighbour_is_not(ses: Ses, tmp_path: Path, code: str) -> None:
    world, beside = BOTH_WAYS[code]
    async with Lab(load_scenario("verification-expired")) as lab:
        exit_code, report, err = await told(ses, world, lab, tmp_path)
        assert code in [finding["code"] for finding in report["findings"]], err
        assert exit_code == world.exit_code, report["message"]
        exit_code, report, err = await told(ses, beside, lab, tmp_path)
        assert code not in [finding["code"] for finding in report["findings"]], err
        assert exit_code == beside.exit_code, report["message"]

"""What a real resolver remembers: told as waiting, with the end that its own answer shows."""

from __future__ import annotations

from pathlib import Path

import pytest

from unpend.lab import load_scenario

from .daemons import Bind, Zones
from .world import RealWorld, real_world

pytestmark = pytest.mark.real


def edited(world: RealWorld, change: str, by: str) -> dict[str, Zones]:
    """The zones with a text replaced and the serial one lower, as they were before the edit."""
    return {
        server: {apex: text.replace(change, by).replace("2026112300", "2026112299") for apex, text in zones.items()}
        for server, zones in world.zones_of.items()
    }


async def test_negative_answer_is_waited_for(tmp_path: Path) -> None:
    async with real_world(load_scenario("healthy"), tmp_path, Bind) as world:
        await world.reload(edited(world, "._domainkey", "._elsewhere"))
        await world.warm()
        await world.reload(world.zones_of)
        report = await world.check()
    assert str(report.verdict) == "waiting", report.to_text("en", verbose=1)
    assert report.findings[0].code == "negative-cached"
    assert 0 < (report.eta_seconds or 0) <= 900
    assert not report.plan.changes


async def test_old_value_is_waited_for(tmp_path: Path) -> None:
    async with real_world(load_scenario("healthy"), tmp_path, Bind) as world:
        await world.reload(edited(world, ".dkim.amazonses.com.", ".old.example.net."))
        await world.warm()
        await world.reload(world.zones_of)
        report = await world.check()
    assert str(report.verdict) == "waiting", report.to_text("en", verbose=1)
    assert report.findings[0].code == "old-value-cached"
    assert 0 < (report.eta_seconds or 0) <= 3600

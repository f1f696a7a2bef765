"""The lab's scenarios on BIND, Knot and NSD behind Unbound: the same findings, the same verdicts, the same cures."""

from __future__ import annotations

from pathlib import Path

import pytest

from unpend.lab import Scenario, load_scenario, scenario_names
from unpend.model.finding import Severity
from unpend.report.report import Report

from .daemons import KINDS, Bind
from .world import real_world

pytestmark = pytest.mark.real
# Zones that these servers do not load, since the standard forbids them, or that they serve without their signatures.
FORBIDDEN = {"cname-beside-other-data", "multiple-cnames", "several-faults-illegal", "dnssec-broken-denial"}
# Owner names and values that only BIND takes as they stand.
ONLY_BIND = {"garbage-in-value", "literal-in-name", "literal-in-name-at"}
OWN = sorted((Path(__file__).parent / "scenarios").glob("*.toml"))


def servable(name: str) -> bool:
    """Whether nothing but zones matters in a scenario: no misbehaving server, no prepared cache, no view."""
    told = load_scenario(name)
    views = any(zone.elsewhere for zone in told.zone)
    return bool(told.zone) and not (told.server or told.resolver or told.network.blocked or views or name in FORBIDDEN)


NAMES = [*filter(servable, scenario_names()), *map(str, OWN)]


def judged(scenario: Scenario, report: Report) -> None:
    found = [f.code for f in report.findings]
    errors = {f.code for f in report.findings if f.severity is Severity.ERROR}
    expected = set() if scenario.code == "ok" else {scenario.code, *scenario.also}
    assert str(report.verdict) == scenario.verdict, report.to_text("en", verbose=1)
    assert scenario.code == "ok" or found[:1] == [scenario.code], report.to_text("en", verbose=1)
    assert errors <= expected, report.to_text("en")
    assert set(scenario.also) <= set(found), report.to_text("en")


@pytest.mark.parametrize(("name", "turn"), [(n, i) for i, n in enumerate(NAMES)], ids=[Path(n).stem for n in NAMES])
async def test_found_and_healed(name: str, turn: int, tmp_path: Path) -> None:
    scenario = load_scenario(name)
    kinds = (Bind,) if name in ONLY_BIND else KINDS[turn % 3 :] + KINDS[: turn % 3]
    async with real_world(scenario, tmp_path, *kinds) as world:
        report = await world.check()
        judged(scenario, report)
        if scenario.can_heal:
            await world.apply(report.plan)
            after = await world.check()
            assert str(after.verdict) == "ok", after.to_text("en", verbose=1)
            assert not after.plan.changes

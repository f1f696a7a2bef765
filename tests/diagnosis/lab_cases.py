"""The lab's scenarios as cases: each is looked at once a test run, on real sockets, and read by many tests."""

from __future__ import annotations

import asyncio
import os
import tempfile
from functools import cache
from pathlib import Path

from unpend.engine.check import check
from unpend.lab import Lab, load_scenario, scenario_names
from unpend.report.casefile import dump, load
from unpend.report.report import Report
from unpend.report.report import report_of as report_from

HEALTHY = tuple(name for name in scenario_names() if load_scenario(name).code == "ok")


async def look(lab: Lab) -> Report:
    """One check of the lab's domain, as `unpend lab` runs it."""
    return await check(
        lab.domain,
        lab.expected,
        resolvers=lab.resolvers,
        root_hints=lab.root_hints,
        port=lab.port,
        also_ask=lab.also_ask,
        registration=lab.registration,
        hosted_zones=lab.hosted_zones,
        route=lab.route,
        timeout=2.0,
        deadline=60.0,
    )


def kept_cases() -> Path | None:
    """Where the processes of one test run keep what they have seen for one another; conftest.py clears it away."""
    run = os.environ.get("PYTEST_XDIST_TESTRUNUID")
    return Path(tempfile.gettempdir()) / f"unpend-cases-{run}" if run else None


@cache
def report_of(name: str) -> Report:
    """What a check of this scenario says."""
    folder = kept_cases()
    kept = folder / name if folder else None
    if kept and kept.exists():
        return report_from(*load(kept.read_bytes()))

    async def run() -> Report:
        async with Lab(load_scenario(name)) as lab:
            return await look(lab)

    report = asyncio.run(run())
    if folder and kept:
        folder.mkdir(exist_ok=True)
        fresh = kept.with_suffix(f".{os.getpid()}")
        fresh.write_bytes(dump(report.expected, report.observation))
        fresh.replace(kept)
    return report

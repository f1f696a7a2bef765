"""The lab's scenarios as cases: each is looked at once a process, on real sockets, and read by many tests."""

from __future__ import annotations

import asyncio
from functools import cache

from unpend.engine.check import check
from unpend.lab import Lab, load_scenario, scenario_names
from unpend.report.report import Report

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
        timeout=1.0,
    )


@cache
def report_of(name: str) -> Report:
    """What a check of this scenario says."""

    async def run() -> Report:
        async with Lab(load_scenario(name)) as lab:
            return await look(lab)

    return asyncio.run(run())

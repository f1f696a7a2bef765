"""A scan says what `check` says: the worlds whose records look right from somewhere, and some of the plainly broken."""

from __future__ import annotations

import asyncio
from typing import Any

import msgspec
import pytest

from unpend.engine.check import check
from unpend.engine.scan.fast import Feed, Looked
from unpend.engine.scan.judge import Judge
from unpend.engine.scan.members import look_at_all
from unpend.engine.scan.rows import Place, Row, segments
from unpend.engine.scan.settings import ScanSettings
from unpend.lab import Lab, load_scenario
from unpend.report.scan.result import decoded

LOOK_RIGHT = [
    "healthy",
    "negative-cached",
    "old-value-cached",
    "secondary-lag",
    "stale-target",
    "cname-beside-other-data",
    "delegation-pending",
    "dnssec-broken-expired",
    "answers-differ-by-place",
    "txt-query-fails",
    "lame-delegation-one",
]
BROKEN = ["swapped-targets", "wrong-dns-host", "selector-typo", "publish-delay"]


async def scanned(lab: Lab, settings: ScanSettings) -> tuple[str, tuple[str, ...]]:
    """Verdict and codes of the scan's two steps, as its processes take them."""
    fields: dict[str, Any] = {"domain": lab.domain}
    if lab.expected.records:
        keep = ("records", "former_names", "entered_at")
        fields["records"] = msgspec.to_builtins({key: getattr(lab.expected, key) for key in keep})
    segment = next(segments([(Place(), Row(1, fields))], 1))
    done: list[Looked] = []
    feed = Feed(settings, lambda: None, lambda _, looked: done.append(looked))
    feed.add(0, segment.data)
    await asyncio.to_thread(look_at_all, feed, settings, 1)
    line = done[0].lines[0] or await Judge(settings).judged(segment.data)
    result = decoded(line)
    return result.verdict, result.codes


async def agreement(name: str) -> tuple[tuple[str, tuple[str, ...]], tuple[str, tuple[str, ...]]]:
    """What a scan and what a check says of the scenario."""
    async with Lab(load_scenario(name)) as lab:
        resolvers = tuple(f"{address}:{port}" for address, port in lab.resolvers)
        settings = ScanSettings(resolvers, lab.root_hints, lab.port, look="every", timeout=4)
        scan = await scanned(lab, settings)
        lab.flush()
    async with Lab(load_scenario(name)) as lab:
        report = await check(
            lab.domain, lab.expected, resolvers=lab.resolvers, root_hints=lab.root_hints, port=lab.port, timeout=4
        )
    return scan, (str(report.verdict), tuple(dict.fromkeys(finding.code for finding in report.findings)))


@pytest.mark.parametrize("name", [*LOOK_RIGHT, *BROKEN])
async def test_the_verdict_is_that_of_check(name: str) -> None:
    scan, told = await agreement(name)
    assert scan[0] == told[0]
    if told[0] != "ok":
        assert scan[1] == told[1]

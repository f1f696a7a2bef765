"""The fast verdict of the lab's scenarios, through resolvers and straight from the authoritative servers.

It must never call a healthy domain anything but right, never call silence absence, and call right only those broken
domains that docs/performance.md names: what one question per record cannot tell.
"""

from __future__ import annotations

import asyncio

import pytest

from unpend.lab import Lab, load_scenario
from unpend.observer.bulk import BulkSettings, Fast, look_up, subject_of
from unpend.observer.settings import Resolver

HEALTHY = "healthy healthy-domainkey-zone healthy-leftovers healthy-one-server-silent healthy-signed healthy-wildcard"
OTHER = "doubled-zone wrong-target multiple-cnames multiple-txt-at-selector stale-target cname-beside-other-data spf-missing"
SILENT = "txt-query-fails lame-delegation dnssec-broken nameserver-unreachable"
NOT_TOLD = "records-lost-in-migration verification-expired replica-broken"
VERDICTS = {Fast.RIGHT: f"{HEALTHY} {NOT_TOLD}", Fast.OTHER: OTHER, Fast.SILENT: SILENT}
STRAIGHT = {
    Fast.RIGHT: HEALTHY,
    Fast.OTHER: "doubled-zone wrong-target domain-not-registered",
    Fast.SILENT: "lame-delegation lame-delegation-upward nameserver-unreachable nameserver-unresolvable",
}


def cases(table: dict[Fast, str]) -> list[tuple[str, Fast]]:
    return [(name, fast) for fast, names in table.items() for name in names.split()]


async def verdict_in(lab: Lab, **told: object) -> Fast:
    settings = BulkSettings(timeout=0.4, port=lab.port, **told)  # type: ignore[arg-type]
    subject = subject_of(lab.expected, "the key", behind=bool(settings.resolvers))
    (verdict,) = await asyncio.to_thread(lambda: list(look_up([subject], settings)))
    assert verdict.key == "the key"
    assert len(verdict.seen) == len(lab.expected.required)
    return verdict.fast


@pytest.mark.parametrize(("name", "fast"), cases(VERDICTS))
async def test_through_resolvers(name: str, fast: Fast) -> None:
    async with Lab(load_scenario(name)) as lab:
        assert await verdict_in(lab, resolvers=tuple(Resolver(*at) for at in lab.resolvers)) is fast


@pytest.mark.parametrize(("name", "fast"), cases(STRAIGHT))
async def test_straight_from_the_authoritative_servers(name: str, fast: Fast) -> None:
    async with Lab(load_scenario(name)) as lab:
        roots = tuple((f"{n}.", (address,)) for n, address in lab.servers.items() if n.endswith("root-servers.net"))
        assert await verdict_in(lab, root_hints=roots) is fast

"""The deep diagnosis of one identity: the whole of `unpend check`, kept beside it with its root cause, plan and ETA."""

from __future__ import annotations

import asyncio
import zlib
from collections.abc import Sequence
from dataclasses import dataclass

from unpend.engine.check import DEFAULT_DEADLINE, DEFAULT_TIMEOUT, Route, check
from unpend.engine.demands import expected_of
from unpend.model.identity import Identity
from unpend.report.casefile import dump, load
from unpend.report.report import Report, report_of
from unpend.store.insights import Insight, insight_of
from unpend.store.store import Store

LARGEST_CASE = 64 << 20


@dataclass(frozen=True, slots=True)
class DnsFlags:
    """Whom to ask and how: the flags of `check`."""

    resolvers: tuple[tuple[str, int], ...] | None = None
    root_hints: str | None = None
    port: int = 53
    also_ask: Sequence[str] = ()
    ipv4: bool = True
    ipv6: bool = True
    timeout: float = DEFAULT_TIMEOUT
    deadline: float = DEFAULT_DEADLINE
    route: Route | None = None


async def diagnose_identity(identity: Identity, dns: DnsFlags) -> Report:
    """Ask every server of the domain; the report says why it is not verified."""
    return await check(
        identity.key.domain,
        expected_of(identity),
        resolvers=dns.resolvers,
        root_hints=dns.root_hints,
        port=dns.port,
        also_ask=dns.also_ask,
        ipv4=dns.ipv4,
        ipv6=dns.ipv6,
        timeout=dns.timeout,
        deadline=dns.deadline,
        route=dns.route,
    )


async def insight_from(report: Report, now: float) -> Insight:
    """What is kept of a report. The case file is all of it: the report can be made again, in either language."""
    packed = await asyncio.to_thread(_packed, report)
    eta = now + report.eta_seconds if report.eta_seconds is not None else None
    cause = report.findings[0].code if report.findings else ""
    return Insight(now, report.verdict.value, cause, eta, packed)


def _packed(report: Report) -> bytes:
    return zlib.compress(dump(report.expected, report.observation), 6)


def case_of(found: Insight) -> bytes:
    """The case file, as `unpend replay` reads it."""
    return zlib.decompressobj().decompress(found.casefile, LARGEST_CASE)


def last_report(store: Store, identity: Identity) -> Report | None:
    """The last deep diagnosis of an identity as a report, None where there was none yet."""
    found = insight_of(store, identity.id)
    return report_of(*load(case_of(found))) if found else None

"""What a scan says of a world's domains, and what a check says: each scenario with a neighbour and with other expectations."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import msgspec

from unpend.engine.check import check
from unpend.engine.scan.fast import Feed, Looked
from unpend.engine.scan.inputs import FileInput
from unpend.engine.scan.judge import Judge
from unpend.engine.scan.members import look_at_all
from unpend.engine.scan.rows import Place, segments
from unpend.engine.scan.settings import ScanSettings
from unpend.lab import Lab, load_scenario
from unpend.lab.scenario import Scenario, ZoneText
from unpend.lab.words import TOKENS
from unpend.model.expected import Expected, ExpectedRecord, ProviderView, Purpose
from unpend.report.scan.result import decoded
from unpend.sources.mail_from import mail_from_records

Said = tuple[str, tuple[str, ...]]
NEIGHBOUR = "the-neighbour.com"
# Name servers that no domain has where all is well.
ONLY_BROKEN = {"expired", "parking"}
OTHER_TOKENS = tuple(token[::-1] for token in TOKENS)


def demand(domain: str, zone: str, tokens: tuple[str, ...] = TOKENS) -> tuple[ExpectedRecord, ...]:
    """Three CNAMEs of Easy DKIM."""
    return tuple(ExpectedRecord(Purpose.DKIM, f"{t}._domainkey.{domain}", "CNAME", (f"{t}.{zone}",)) for t in tokens)


def other_tokens(told: Expected) -> Expected:
    """The identity was made anew."""
    return replace(told, records=demand(told.domain, told.signing_zone or "", OTHER_TOKENS), view=None)


def nothing_known(told: Expected) -> Expected:
    """A domain alone in its row."""
    return Expected(told.domain, policy=told.policy)


def given_up(told: Expected) -> Expected:
    """The provider looked in vain for 72 hours."""
    return replace(told, view=ProviderView(verification_status="FAILED", dkim_status="FAILED"))


def mail_from(told: Expected) -> Expected:
    """A MAIL FROM domain is wanted beside the rest."""
    records, _ = mail_from_records(f"bounce.{told.domain}", told.domain, told.region)
    return replace(told, records=(*told.records, *records))


def below(told: Expected) -> Expected:
    """A sub-domain as an identity of its own."""
    name = f"mail.{told.domain}"
    return replace(told, domain=name, records=demand(name, told.signing_zone or ""), former_names=(), view=None)


OTHERS: tuple[Callable[[Expected], Expected], ...] = (other_tokens, nothing_known, given_up, mail_from, below)


def with_neighbour(scenario: Scenario) -> Scenario:
    """The same world with one more domain at the same DNS host, where all is well."""
    host = scenario.zone[0].host if scenario.zone else "route53"
    host = "route53" if host in ONLY_BROKEN else host
    own = scenario.zone or (ZoneText(name=scenario.domain, records="<wanted>"),)
    right = "\n".join(f"<tok{n}>._domainkey.{NEIGHBOUR}. CNAME <tok{n}>.<zone>" for n in (1, 2, 3))
    return msgspec.structs.replace(scenario, zone=(*own, ZoneText(name=NEIGHBOUR, host=host, records=right)))


def demands(lab: Lab, number: int) -> Iterator[Expected]:
    """What the rows of the world ask for: its own domain, the neighbour, and the domain with two other expectations."""
    own = lab.expected
    healthy = demand(f"{NEIGHBOUR}.", own.signing_zone or "")
    yield own
    yield Expected(f"{NEIGHBOUR}.", healthy, "ses", own.region, own.signing_zone, policy=own.policy)
    for turn in range(2):
        yield OTHERS[(2 * number + turn) % len(OTHERS)](own)


def row_of(told: Expected) -> dict[str, Any]:
    """The row of a scan that asks for it."""
    row: dict[str, Any] = {"domain": told.domain, "region": told.region}
    if told.records:
        keep = ("records", "former_names", "entered_at")
        row["records"] = {key: msgspec.to_builtins(getattr(told, key)) for key in keep}
    if told.view:
        row["view"] = msgspec.to_builtins(told.view)
    return row


def settings_of(lab: Lab, patience: float) -> ScanSettings:
    """The flags that keep a scan inside the lab."""
    resolvers = tuple(f"{address}:{port}" for address, port in lab.resolvers)
    policy = lab.expected.policy
    given: dict[str, Any] = {"look": "every", "policy": policy, "timeout": patience, "deadline": 4 * patience}
    return ScanSettings(resolvers, lab.root_hints, lab.port, **given)


async def scanned(lab: Lab, number: int, path: Path, patience: float) -> list[Said]:
    """Verdict and codes of every row, by the two steps of a scan as its processes take them."""
    path.write_bytes(b"".join(msgspec.json.encode(row_of(told)) + b"\n" for told in demands(lab, number)))
    settings = settings_of(lab, patience)
    segment = next(segments(FileInput(path).rows(Place()), 100))
    done: list[Looked] = []
    feed = Feed(settings, lambda: None, lambda _, looked: done.append(looked))
    feed.add(0, segment.data)
    await asyncio.to_thread(look_at_all, feed, settings, 1)
    lines = done[0].lines
    judge = Judge(settings)
    judged = await asyncio.gather(*(judge.judged(b"[" + row + b"]") for _, row in done[0].open))
    for (at, _), line in zip(done[0].open, judged, strict=True):
        lines[at] = line
    results = [decoded(line) for line in lines if line]
    return [(result.verdict, result.codes) for result in results]


async def checked(lab: Lab, number: int, patience: float) -> list[Said]:
    """The same of `check`."""
    given: dict[str, Any] = {"resolvers": lab.resolvers, "root_hints": lab.root_hints, "port": lab.port}
    given |= {"timeout": patience, "deadline": 4 * patience}
    reports = [await check(told.domain, told, **given) for told in demands(lab, number)]
    return [(str(r.verdict), tuple(dict.fromkeys(f.code for f in r.findings))) for r in reports]


async def both(name: str, number: int, path: Path, patience: float) -> list[tuple[Said, Said]]:
    """What a scan and what a check says of each domain, each in a world of its own: caches and limits are as told."""
    scenario = with_neighbour(load_scenario(name))
    async with Lab(scenario) as lab:
        scan = await scanned(lab, number, path, patience)
    async with Lab(scenario) as lab:
        told = await checked(lab, number, patience)
    return list(zip(scan, told, strict=True))


def agrees(scan: Said, told: Said) -> bool:
    """The same verdict and causes. What does not change a verdict, the fast look does not see."""
    return scan == told or (scan[0] == told[0] == "ok" and not scan[1])


async def differing(name: str, number: int, path: Path) -> list[tuple[Said, Said]]:
    """Where they differ, also when they are asked again with patience: a machine that was held up hears silence."""
    differing: list[tuple[Said, Said]] = []
    for patience in (4, 12, 30):
        differing = [pair for pair in await both(name, number, path, patience) if not agrees(*pair)]
        if not differing:
            break
    return differing

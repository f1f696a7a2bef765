"""Looking again and again until the domain is verified, with a published back-off (docs/watch.md)."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator, Awaitable, Callable
from dataclasses import dataclass
from enum import StrEnum

from unpend.report.report import Report
from unpend.report.verdict import Verdict

FIRST_PAUSE = 5.0
GROWTH = 1.5
LONGEST_PAUSE = 900.0
STILL_WAITING = frozenset({"PENDING", "TEMPORARY_FAILURE"})
Look = Callable[[frozenset[str] | None], Awaitable[Report]]


class Kind(StrEnum):
    """What happened."""

    LOOKED = "looked"
    CHANGED = "changed"
    VERIFIED = "verified"
    ACTION_REQUIRED = "action_required"
    DEADLINE = "deadline"


@dataclass(frozen=True, slots=True)
class Event:
    """One look, or the end. `pause` is how long until the next look, None where there is none."""

    kind: Kind
    report: Report
    pause: float | None = None


@dataclass(slots=True)
class Backoff:
    """5 s, then half as long again each time, at most 15 min; from the start again when anything has changed."""

    pause: float = FIRST_PAUSE
    seen: object = None

    def after(self, report: Report) -> float:
        """How long to wait after this look."""
        opened = tuple((each.record.name, each.status) for each in report.records if each.status != "verified")
        view = report.expected.view
        states = (view.verification_status, view.dkim_status, view.last_checked_at) if view else ()
        told = (report.nameservers, report.soa_serial, report.verdict, opened, states)
        if told != self.seen:
            self.seen, self.pause = told, FIRST_PAUSE
            return self.pause
        self.pause = min(self.pause * GROWTH, LONGEST_PAUSE)
        return self.pause


async def watch(look: Look, *, deadline: float, keep_going: bool = False) -> AsyncGenerator[Event, None]:
    """Events until the domain is verified, somebody has to act, or `deadline` seconds are over.

    After the first look only the records that are still open are asked about; before "verified" is said, all are.
    """
    ends = time.monotonic() + deadline
    backoff = Backoff()
    names: frozenset[str] | None = None
    before: Verdict | None = None
    while True:
        report = await look(names)
        if report.verdict is Verdict.OK and names is not None:
            names = None
            continue
        kind = _kind(report, before, keep_going=keep_going)
        pause = backoff.after(report)
        if kind in {Kind.VERIFIED, Kind.ACTION_REQUIRED}:
            yield Event(kind, report)
            return
        if time.monotonic() + pause > ends:
            yield Event(Kind.DEADLINE, report)
            return
        yield Event(kind, report, pause)
        before = report.verdict
        names = frozenset(each.record.name for each in report.records if each.status != "verified") or None
        await asyncio.sleep(pause)


def _kind(report: Report, before: Verdict | None, *, keep_going: bool) -> Kind:
    if report.verdict is Verdict.OK and not provider_waits(report):
        return Kind.VERIFIED
    if report.verdict is Verdict.ACTION_REQUIRED and not keep_going:
        return Kind.ACTION_REQUIRED
    return Kind.CHANGED if before is not None and report.verdict is not before else Kind.LOOKED


def provider_waits(report: Report) -> bool:
    """Whether the provider, asked a moment ago, still says that it waits. A file's word may be old and counts nothing."""
    view = report.expected.view
    if view is None or view.asked_at is None:
        return False
    return bool(STILL_WAITING & {view.verification_status, view.dkim_status})

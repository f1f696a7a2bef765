"""`look_up`: as many domains as there are, each with a fast verdict, in constant memory."""

from __future__ import annotations

from collections.abc import Generator, Iterable
from dataclasses import replace
from functools import partial

from unpend.observer.bulk.by_delegations import ByDelegations
from unpend.observer.bulk.by_resolvers import ByResolvers
from unpend.observer.bulk.flight import Flight
from unpend.observer.bulk.half import PURE, Half
from unpend.observer.bulk.introducing import IntroducingBurst, Introduction
from unpend.observer.bulk.settings import BulkSettings
from unpend.observer.bulk.subject import FastVerdict, Subject


def look_up(
    subjects: Iterable[Subject], settings: BulkSettings, half: Half | None = None
) -> Generator[FastVerdict, None, None]:
    """The fast verdict of every subject, as it comes to stand, not in the order of the input.

    Subjects are taken from the input as there is room for them, and nothing is sent while nobody takes verdicts: the
    input may be endless. Blocks its thread; `many_processes` does the same on every core. `half` chooses
    the half of the hot path: by default the C one if it was built.
    """
    for batch in look_up_in_batches(subjects, settings, half):
        yield from batch


def look_up_in_batches(
    subjects: Iterable[Subject | None], settings: BulkSettings, half: Half | None = None
) -> Generator[list[FastVerdict], None, None]:
    """The same in the batches in which they come to stand, for whoever hands them on."""
    if settings.contact:
        half = replace(PURE, burst=partial(IntroducingBurst, introduction=Introduction(settings.contact)))
    way = ByResolvers(settings) if settings.resolvers else None
    flight = Flight(settings, way or ByDelegations(settings), half)
    if isinstance(flight.way, ByDelegations):
        flight.way.join(flight)
    return flight.batches(subjects)

"""The two halves of the hot path, of which one is at work: pure Python, or C where it was built and is wanted."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import groupby
from typing import Any, cast

from unpend.observer.bulk.asking import Asking
from unpend.observer.bulk.burst import Burst, Bursts, open_socket
from unpend.observer.bulk.compiled import compiled
from unpend.observer.bulk.judge import ABSENT, judged
from unpend.observer.bulk.opened import Lane, PlainLane, Spell, fast_of, silence
from unpend.observer.bulk.subject import RIGHT, Fast, FastVerdict
from unpend.observer.bulk.target import Target


@dataclass(frozen=True, slots=True)
class Half:
    """How to make a burst (address family, recursion wanted) and a lane, and how to count answers by their server."""

    burst: Callable[[int, bool], Bursts]
    lane: Callable[[bool, Spell | None], Lane]
    tally: Callable[[list[Asking]], Iterable[tuple[Target | None, int]]]


def _tally(askings: list[Asking]) -> list[tuple[Target | None, int]]:
    return [(server, len(list(run))) for server, run in groupby(askings, key=lambda asking: asking.server)]


PURE = Half(Burst, PlainLane, _tally)


def half_of(module: Any) -> Half:
    """The C half, by its built module."""
    words = (RIGHT, ABSENT, FastVerdict, Fast.RIGHT, Fast.OTHER, judged, silence, fast_of)

    def burst(family: int, recurse: bool) -> Bursts:
        sock = open_socket(family)
        return cast(Bursts, module.Burst(sock, sock.fileno(), recurse))

    def lane(recurse: bool, spell: Spell | None) -> Lane:
        return cast(Lane, module.Lane(recurse, spell, *words))

    return Half(burst, lane, module.tally)


def chosen() -> Half:
    """The C half where it was built and is wanted, else the pure one."""
    module = compiled()
    return PURE if module is None else half_of(module)

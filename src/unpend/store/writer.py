"""A thread that writes for all who wait: what waits at the same time goes to the disk in one transaction (SQLite).

A sync of the disk costs as much as many small writes. Whoever calls `run` has an answer after the sync, as if alone.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from threading import Lock, Thread
from typing import Any, TypeVar

from unpend.model.errors import StoreError
from unpend.store.sharing import Sharing

AT_ONCE = 64
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class _Wanted:
    work: Callable[[], Any]
    future: asyncio.Future[Any]


@dataclass(frozen=True, slots=True)
class _Outcome:
    value: Any = None
    error: Exception | None = None


class _BrokenError(Exception):
    """The database failed in the midst of a batch."""


class Writer:
    """`sharing` opens the transaction that all that is written in it becomes part of."""

    def __init__(self, sharing: Callable[[], AbstractContextManager[Sharing]]) -> None:
        self._sharing = sharing
        self._waiting: SimpleQueue[_Wanted | None] = SimpleQueue()
        self._thread: Thread | None = None
        self._starting = Lock()

    async def run(self, work: Callable[[], T]) -> T:
        """What `work` returns or raises, once it is on the disk. It touches nothing but the database: where that fails, it may run twice."""
        future: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        self._waiting.put(_Wanted(work, future))
        if self._thread is None:
            self._start()
        return await future

    def close(self) -> None:
        """Write what waits, and end."""
        if self._thread is not None:
            self._waiting.put(None)
            self._thread.join()

    def _start(self) -> None:
        with self._starting:
            if self._thread is None:
                self._thread = Thread(target=self._run, name="unpend-writer", daemon=True)
                self._thread.start()

    def _run(self) -> None:
        while batch := self._batch():
            _tell(batch, self._together(batch))

    def _batch(self) -> list[_Wanted]:
        """All that waits; empty at the end."""
        first = self._waiting.get()
        batch = [] if first is None else [first]
        while batch and len(batch) < AT_ONCE:
            try:
                further = self._waiting.get_nowait()
            except Empty:
                break
            if further is None:
                self._waiting.put(None)
                break
            batch.append(further)
        return batch

    def _together(self, batch: Sequence[_Wanted]) -> list[_Outcome]:
        """In one transaction; where the database failed at that, each in its own, so that each has the error that is its own."""
        outcomes = []
        try:
            with self._sharing() as held:
                for each in batch:
                    outcomes.append(_outcome(each.work))
                    if held.broken:
                        raise _BrokenError
        except (StoreError, _BrokenError):
            outcomes = [_outcome(each.work) for each in batch]
        return outcomes


def _outcome(work: Callable[[], Any]) -> _Outcome:
    try:
        return _Outcome(work())
    except Exception as error:
        return _Outcome(error=error)


def _tell(batch: Sequence[_Wanted], outcomes: Sequence[_Outcome]) -> None:
    """One wake-up a loop, and not one a caller."""
    told: dict[asyncio.AbstractEventLoop, list[tuple[asyncio.Future[Any], _Outcome]]] = {}
    for each, outcome in zip(batch, outcomes, strict=True):
        told.setdefault(each.future.get_loop(), []).append((each.future, outcome))
    for loop, pairs in told.items():
        with suppress(RuntimeError):  # a loop that is closed has nobody who waits
            loop.call_soon_threadsafe(_settle, pairs)


def _settle(pairs: Sequence[tuple[asyncio.Future[Any], _Outcome]]) -> None:
    for future, outcome in pairs:
        if future.done():
            continue
        if outcome.error is not None:
            future.set_exception(outcome.error)
        else:
            future.set_result(outcome.value)

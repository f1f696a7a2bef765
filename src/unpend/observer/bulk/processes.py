"""`many_processes`: the bulk look-up on every core, the subjects split by a hash of their zone.

Each process has its share of the window and of the rate, so that all together keep to what was stated.
"""

from __future__ import annotations

import multiprocessing
import os
import threading
from collections.abc import Generator, Iterable, Iterator
from dataclasses import replace
from math import inf
from multiprocessing.connection import Connection, wait
from typing import Any
from zlib import crc32

from unpend.model.expected import ExpectedRecord, Purpose
from unpend.observer.bulk.garbage import collect_rarely
from unpend.observer.bulk.look_up import look_up_in_batches
from unpend.observer.bulk.settings import BulkSettings
from unpend.observer.bulk.subject import RIGHT, Fast, FastVerdict, Subject, sought_of

CHUNK = 128
STARVED = 0.002
AT_LEAST = 512

Plain = tuple[Any, bool, list[tuple[str, str, str, tuple[str, ...], bool]]]


class ProcessDiedError(RuntimeError):
    """A process of the bulk look-up ended before its work did."""


def many_processes(
    subjects: Iterable[Subject], settings: BulkSettings, processes: int | None = None
) -> Generator[FastVerdict, None, None]:
    """Like `look_up`, on so many processes (one a core by default). Keys have to be picklable."""
    count = processes or os.cpu_count() or 1
    shares = Shares(settings, count)
    feeder = threading.Thread(target=shares.feed, args=(iter(subjects),), daemon=True)
    feeder.start()
    try:
        for plain in shares.verdicts():
            yield from map(_as_verdict, plain)
    finally:
        shares.close()
        feeder.join()


class Shares:
    """The processes, the pipes to them, and how much each may have before it has given something back."""

    def __init__(self, settings: BulkSettings, count: int) -> None:
        share = _share(settings, count)
        most = max(AT_LEAST, share.backlog)
        context = multiprocessing.get_context("spawn")
        self._room = [threading.Semaphore(most) for _ in range(count)]
        self._closed = threading.Event()
        self._problem: BaseException | None = None
        self._pipes: list[Connection] = []
        self._processes = []
        for _ in range(count):
            ours, theirs = context.Pipe()
            process = context.Process(target=_work, args=(theirs, share), daemon=True)
            process.start()
            theirs.close()
            self._pipes.append(ours)
            self._processes.append(process)

    def feed(self, subjects: Iterator[Subject]) -> None:
        """Hand the input out; waits where a process has enough. Runs in a thread, because pipes are full at times."""
        chunks: list[list[Plain]] = [[] for _ in self._pipes]
        try:
            for subject in subjects:
                number = crc32(_zone(subject)) % len(chunks)
                while not self._room[number].acquire(timeout=0.05):
                    self._send_all(chunks)
                    if self._closed.is_set():
                        return
                chunks[number].append(_plain(subject))
                if len(chunks[number]) >= CHUNK:
                    self._pipes[number].send(chunks[number])
                    chunks[number] = []
        except BaseException as problem:
            self._problem = problem
        self._finish(chunks)

    def _send_all(self, chunks: list[list[Plain]]) -> None:
        for number, chunk in enumerate(chunks):
            if chunk:
                self._pipes[number].send(chunk)
                chunks[number] = []

    def _finish(self, chunks: list[list[Plain]]) -> None:
        try:
            self._send_all(chunks)
            for pipe in self._pipes:
                pipe.send(None)
        except OSError:
            return

    def verdicts(self) -> Iterator[list[Any]]:
        """What the processes give back, until all have ended."""
        left = dict(enumerate(self._pipes))
        while left:
            speaking = wait(list(left.values()))
            for number, pipe in [(n, p) for n, p in left.items() if p in speaking]:
                verdicts = self._received(pipe)
                if verdicts is None:
                    del left[number]
                else:
                    self._room[number].release(len(verdicts))
                    yield verdicts
        if self._problem is not None:
            raise self._problem

    @staticmethod
    def _received(pipe: Connection) -> list[Any] | None:
        try:
            verdicts: list[Any] | None = pipe.recv()
        except EOFError:
            raise ProcessDiedError("a process of the bulk look-up died; look its subjects up again") from None
        return verdicts

    def close(self) -> None:
        """End the processes, whatever they are doing."""
        self._closed.set()
        for process in self._processes:
            process.terminate()
        for process in self._processes:
            process.join()
        for pipe in self._pipes:
            pipe.close()


def _share(settings: BulkSettings, count: int) -> BulkSettings:
    rate = settings.rate if settings.rate == inf else settings.rate / count
    return replace(
        settings,
        window=max(1, settings.window // count),
        server_window=max(1, settings.server_window // count),
        rate=rate,
    )


def _zone(subject: Subject) -> bytes:
    """Where the name of the first record ends, roughly: whose delegation is known should be asked by who knows it."""
    question = subject.sought[0].question[:-4].lower() if subject.sought else b""
    return question[-40:]


def _work(pipe: Connection, settings: BulkSettings) -> None:
    """What a process does: subjects from the pipe, verdicts into it."""
    collect_rarely()
    try:
        for batch in look_up_in_batches(_from(pipe), settings):
            pipe.send([_as_plain(verdict) for verdict in batch])
        pipe.send(None)
    except (KeyboardInterrupt, BrokenPipeError, EOFError):
        return


def _from(pipe: Connection) -> Iterator[Subject | None]:
    while True:
        if not pipe.poll(STARVED):
            yield None
            continue
        chunk = pipe.recv()
        if chunk is None:
            return
        yield from map(_subject, chunk)


# --- through the pipe: plain tuples, whose pickling is a tenth of that of our values ------------------------------


def _plain(subject: Subject) -> Plain:
    records = [
        (s.record.purpose.value, s.record.name, s.record.type, s.record.values, s.behind) for s in subject.sought
    ]
    return subject.key, subject.wants_key, records


def _subject(plain: Plain) -> Subject:
    key, wants_key, records = plain
    sought = [
        sought_of(ExpectedRecord(Purpose(purpose), name, type_, values), behind=behind)
        for purpose, name, type_, values, behind in records
    ]
    return Subject(key, tuple(sought), wants_key)


def _as_plain(verdict: FastVerdict) -> Any:
    if verdict.fast is Fast.RIGHT and all(seen is RIGHT for seen in verdict.seen):
        return verdict.key, len(verdict.seen)
    return verdict


def _as_verdict(plain: Any) -> FastVerdict:
    if isinstance(plain, FastVerdict):
        return plain
    key, count = plain
    return FastVerdict(key, Fast.RIGHT, (RIGHT,) * count)

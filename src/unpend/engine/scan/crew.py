"""The processes of a scan: some look fast, some diagnose, and this one hands the work round and keeps it bounded."""

from __future__ import annotations

import multiprocessing
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from types import TracebackType
from typing import Any

from unpend.engine.scan.fast import Looked
from unpend.engine.scan.members import diagnose, look
from unpend.engine.scan.rows import Segment, encoded_row, rows_of
from unpend.engine.scan.settings import ScanSettings
from unpend.model.errors import UnpendError
from unpend.model.text import Text

AHEAD = 64
SEGMENTS_EACH = 4
PATIENCE = 0.5
DIED = Text(
    en="A process of the scan ended (exit code {code}): memory may have run out, or somebody stopped it.",
    ja="スキャンのプロセスが終了しました（終了コード {code}）。メモリ不足か、外部から停止された可能性があります。",
)
GO_ON = Text(
    en="What was done is kept: give the same command with --resume.",
    ja="完了した分は残っています。同じコマンドに --resume を付けて実行してください。",
)


class CrewError(UnpendError):
    """A process of the scan ended before its work was done."""


@dataclass(slots=True, eq=False)
class Member:
    """One process, and how much it has to do."""

    pipe: Connection
    process: BaseProcess
    load: int = 0


@dataclass(slots=True, eq=False)
class Work:
    """A segment under way: its lines as they get known."""

    segment: Segment
    lines: list[bytes | None] = field(default_factory=list)
    left: int = 0


class Crew:
    """`with Crew(settings, processes) as crew: crew.judged(segments)`."""

    def __init__(self, settings: ScanSettings, processes: int) -> None:
        self._settings = settings
        self._count = processes
        self._lookers: list[Member] = []
        self._doctors: list[Member] = []
        self._works: dict[int, Work] = {}
        self._cases: deque[tuple[int, int, bytes]] = deque()

    def __enter__(self) -> Crew:
        looking = 0 if self._settings.look == "none" else max(1, self._count // 2)
        self._lookers = [self._hire(look, looking) for _ in range(looking)]
        self._doctors = [self._hire(diagnose, self._count) for _ in range(self._count if self._settings.deep else 0)]
        return self

    def _hire(self, job: Callable[[Connection, ScanSettings, int], None], share: int) -> Member:
        context = multiprocessing.get_context("spawn")
        ours, theirs = context.Pipe()
        process = context.Process(target=job, args=(theirs, self._settings, share), daemon=True)
        process.start()
        theirs.close()
        return Member(ours, process)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for member in (*self._lookers, *self._doctors):
            member.pipe.close()
            if error is not None:
                member.process.terminate()
        for member in (*self._lookers, *self._doctors):
            member.process.join(2)
            if member.process.is_alive():
                member.process.kill()
                member.process.join()

    # --- the work -----------------------------------------------------------------------------------------------

    def judged(
        self, segments: Iterable[Segment], tick: Callable[[], None] = lambda: None
    ) -> Iterator[tuple[Segment, bytes]]:
        """Each segment with its results, as they get done; never more than a few segments are in memory."""
        source = iter(segments)
        coming = next(source, None)
        while coming or self._works:
            while coming and self.may_start(coming):
                self.start(coming)
                coming = next(source, None)
            yield from self.heard(PATIENCE)
            tick()

    def may_start(self, coming: Segment) -> bool:
        """Not while one old segment holds up too many results, nor while the diagnoses are far behind."""
        if coming.number - min(self._works, default=coming.number) >= AHEAD:
            return False
        if self._lookers and all(member.load >= SEGMENTS_EACH for member in self._lookers):
            return False
        return len(self._cases) < 2 * self._settings.segment

    def start(self, segment: Segment) -> None:
        """Begin with a segment; its results come with `heard`."""
        self._works[segment.number] = Work(segment, [None] * segment.rows, segment.rows)
        if self._lookers:
            self._send(min(self._lookers, key=lambda each: each.load), (segment.number, segment.data))
            return
        rows = enumerate(rows_of(segment.data))
        self._cases.extend((segment.number, index, encoded_row(row)) for index, row in rows)

    def _hand_out_cases(self) -> None:
        """One row after the other to whoever has the least to do, so that all are busy to the end."""
        while self._cases:
            doctor = min(self._doctors, key=lambda each: each.load)
            if doctor.load >= 2 * self._settings.deep:
                return
            number, index, row = self._cases.popleft()
            self._send(doctor, ((number, index), b"[" + row + b"]"))

    def _send(self, member: Member, message: Any) -> None:
        member.load += 1
        try:
            member.pipe.send(message)
        except OSError:
            raise self._died(member) from None

    def heard(self, patience: float) -> Iterator[tuple[Segment, bytes]]:
        """What gets done within so many seconds, or the first of it."""
        self._hand_out_cases()
        members = {member.pipe: member for member in (*self._lookers, *self._doctors)}
        for pipe in wait(list(members), patience):
            member = members[pipe]  # type: ignore[index]
            try:
                key, told = member.pipe.recv()
            except (EOFError, OSError):
                raise self._died(member) from None
            member.load -= 1
            yield from self._noted(key, told)

    def _noted(self, key: Any, told: Any) -> Iterator[tuple[Segment, bytes]]:
        if isinstance(told, Looked):
            number, work = key, self._works[key]
            work.lines = told.lines
            work.left = len(told.open)
            self._cases.extend((number, index, row) for index, row in told.open)
        else:
            number, index = key
            work = self._works[number]
            work.lines[index] = told
            work.left -= 1
        if work.left == 0:
            del self._works[number]
            yield work.segment, b"".join(line for line in work.lines if line is not None)

    def _died(self, member: Member) -> CrewError:
        member.process.join(2)
        return CrewError(DIED.fill(code=member.process.exitcode), GO_ON)

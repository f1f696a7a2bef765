"""Runs a scan: read, judge, keep, and at the end write the result in the order of the input."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from unpend.engine.scan.crew import Crew
from unpend.engine.scan.inputs import FileInput
from unpend.engine.scan.journal import Journal, done_of
from unpend.engine.scan.outputs import write
from unpend.engine.scan.progress import Progress, State
from unpend.engine.scan.rows import Place, Segment, segments
from unpend.engine.scan.settings import ScanSettings
from unpend.report.scan.result import OK, Result, decoded
from unpend.report.scan.summary import Summary

VERDICT = b'"verdict":'
MOST_ALIKE = 1000
Tell = Callable[[State], None]
Judging = Callable[[Iterable[Segment], Callable[[], None]], Iterator[tuple[Segment, bytes]]]


def streamed(source: FileInput, settings: ScanSettings, processes: int, tell: Tell) -> Iterator[bytes]:
    """Result lines in the order of the input, kept nowhere: what is done out of turn waits in memory, within bounds."""
    progress = Progress(source.whole)
    progress.begin(0, 0)
    waiting: dict[int, bytes] = {}
    turn = 0
    with Crew(settings, processes) as crew:
        parts = segments(source.rows(Place()), settings.segment)
        for segment, data in crew.judged(parts, lambda: tell(progress.state())):
            progress.add(verdicts(data), segment.ends.offset)
            waiting[segment.number] = data
            while turn in waiting:
                yield from waiting.pop(turn).splitlines(keepends=True)
                turn += 1


def journalled(source: FileInput, journal: Journal, settings: ScanSettings, judging: Judging, tell: Tell) -> None:
    """Judge what the journal does not hold yet, and keep it there."""
    number, place = journal.goes_on()
    progress = Progress(source.whole)
    progress.begin(sum(each.rows for each in journal.done.values()), place.offset)
    parts = segments(source.rows(place), settings.segment, number)
    open_ = (segment for segment in parts if segment.number not in journal.done)
    for segment, data in judging(open_, lambda: tell(progress.state())):
        journal.finish(done_of(segment.number, segment.rows, data, segment.ends), data)
        progress.add(verdicts(data), segment.ends.offset)
    tell(progress.state())


def concluded(journal: Journal, path: Path, format_: str) -> Summary:
    """The kept results as one file, and what they amount to."""
    summary = Summary()
    write(path, counted(journal.results(), summary), format_)
    return summary


def counted(lines: Iterable[bytes], summary: Summary) -> Iterator[bytes]:
    """The lines as they are, each counted.

    Behind the domain, all rows of one provider that are right at the fast look say the same: they are read once.
    """
    alike: dict[bytes, Result] = {}
    times: Counter[bytes] = Counter()
    try:
        for line in lines:
            said = line[line.find(VERDICT) :]
            if said in alike:
                times[said] += 1
            else:
                result = decoded(line)
                summary.add(result)
                if result.verdict == OK and result.by == "fast" and len(alike) < MOST_ALIKE:
                    alike[said] = result
            yield line
    finally:
        for said, count in times.items():
            summary.add(alike[said], count)


def verdicts(data: bytes) -> Counter[str]:
    """How the rows of a segment came out. A quotation mark inside a value has a backslash before it, so this is the key."""
    found = Counter([line[line.find(VERDICT) :].split(b'"', 4)[3] for line in data.splitlines()])
    return Counter({verdict.decode(): count for verdict, count in found.items()})

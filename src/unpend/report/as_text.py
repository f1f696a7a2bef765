"""The report for a person in trouble, at a terminal of any width, in either language."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import count

from rich.cells import cell_len, chop_cells

from unpend.model.finding import Severity
from unpend.model.text import Lang, Text
from unpend.report import phrases
from unpend.report.escape import for_terminal
from unpend.report.outline import Part, Step, Told, blamed, by_hand, evidence_line, grouped, parts, utc
from unpend.report.provider_words import provider_heading, provider_lines
from unpend.report.report import RecordReport, Report
from unpend.report.verdict import Verdict

COLOURS = {"ok": "32", "action_required": "31", "waiting": "33", "unknown": "35"}
RECORD_MARKS = {"verified": "✔", "propagating": "…", "unreachable": "?"}
MARKS = {"ok": "✔", "action_required": "✘", "waiting": "…", "unknown": "?"}
PROOF_LIMIT = 40
# Between these a line may be broken: characters of two cells, which have no spaces between words.
WIDE = re.compile(r"([\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6])")


def as_text(report: Report, lang: Lang, *, verbose: int = 0, width: int = 80, colour: bool = False) -> str:
    """The verdict, the cause, what to do, the records; the proof with `verbose`. Ends with a line feed."""
    return "".join(line + "\n" for line in Sheet(report, lang, max(24, width), colour).lines(verbose))


def steps_text(report: Report, lang: Lang, *, width: int = 80) -> str:
    """What to do, in the words of the panel, and nothing else. What is to be copied stands in one line."""
    sheet = Sheet(report, lang, max(24, width), colour=False, whole_fields=True)
    return "".join(line + "\n" for line in sheet.steps())


class Sheet:
    """Sets one report in lines that fit."""

    def __init__(self, report: Report, lang: Lang, width: int, colour: bool, *, whole_fields: bool = False) -> None:
        self._whole_fields = whole_fields
        self._report = report
        self._lang = lang
        self._width = width
        self._colour = colour

    def lines(self, verbose: int) -> Iterator[str]:
        """Every line of the sheet; a healthy domain gets one, unless more was asked for."""
        report = self._report
        if report.verdict is Verdict.OK and not report.findings and not verbose:
            yield from self._wrapped(self._mark() + " " + self._say(report.message))
            if report.hint:
                yield from self._wrapped(self._say(report.hint), "  ")
            return
        headline = f"{self._mark()} {self._say(phrases.HEADINGS[str(report.verdict)])}: {report.domain.rstrip('.')}"
        yield from map(self._paint, self._wrapped(headline))
        yield from self._causes()
        yield from self._plan()
        yield from self._records()
        yield from self._provider()
        yield from self._remarks()
        yield from self._by_hand()
        if verbose:
            yield from self._proof()

    def steps(self) -> Iterator[str]:
        """The plan alone."""
        return (line for line in self._plan() if line)

    # --- parts --------------------------------------------------------------------------------------------------

    def _causes(self) -> Iterator[str]:
        told = blamed(self._report)
        if not told:
            yield from self._wrapped(self._say(self._report.message))
        for index, each in enumerate(told):
            yield ""
            yield self._heading(phrases.CAUSE if index == 0 else phrases.FURTHER)
            yield from self._told(each)

    def _told(self, told: Told) -> Iterator[str]:
        finding = told.finding
        sure = self._say(phrases.SURE[str(finding.confidence)])
        yield from self._wrapped(f"{self._say(finding.message)} [{finding.code}, {sure}]", "  ")
        if len(told.names) > 1:
            names = [name.rstrip(".") for name in told.names if name not in finding.about]
            yield from self._wrapped(f"{self._say(phrases.ALSO)}: {', '.join(names)}", "  ") if names else ()
        if finding.consequences:
            yield from self._wrapped(self._say(phrases.EXPLAINS.fill(codes=finding.consequences)), "  ")

    def _plan(self) -> Iterator[str]:
        todo = list(parts(self._report))
        if not todo:
            return
        yield ""
        yield self._heading(phrases.WHAT_TO_DO)
        yield from self.numbered(todo)
        safety = phrases.SAFETY[str(self._report.plan.safety)]
        if self._report.plan.reasons:
            yield from self._wrapped(self._say(safety), "  ")
            for reason in self._report.plan.reasons:
                yield from self._wrapped("- " + self._say(reason), "  ")

    def numbered(self, todo: Iterable[Part]) -> Iterator[str]:
        """Steps place by place, numbered through."""
        numbers = count(1)
        for part in todo:
            yield from self._place(part)
            for step in part.steps:
                yield from self._step(next(numbers), step)

    def remarked(self, remarks: Iterable[Text]) -> Iterator[str]:
        """Sentences as a list."""
        return (line for remark in remarks for line in self._wrapped("- " + self._say(remark), "  "))

    def _place(self, part: Part) -> Iterator[str]:
        if part.place:
            yield from self._wrapped(self._say(part.place), "  ")
        if part.panel:
            yield from self._wrapped(self._say(phrases.IN_PANEL.fill(panel=part.panel)), "  ")

    def _step(self, number: int, step: Step) -> Iterator[str]:
        yield from self._wrapped(f"{number}. {self._say(step.says)}", "  ")
        wide = max((cell_len(self._say(f.label)) for f in step.fields), default=0)
        for field in step.fields:
            label = self._say(field.label)
            said = f"{label}{' ' * (wide - cell_len(label))}  {for_terminal(field.value)}"
            yield from (f"     {said}",) if self._whole_fields else self._wrapped(said, "     ")
        for remark in step.remarks:
            yield from self._wrapped(self._say(remark), "     ")

    def _records(self) -> Iterator[str]:
        if not self._report.records:
            return
        yield ""
        yield self._heading(phrases.RECORDS)
        for each in self._report.records:
            yield from self._record(each)

    def _record(self, each: RecordReport) -> Iterator[str]:
        """Stacked, since the names are longer than any column."""
        mark = RECORD_MARKS.get(each.status, "✘")
        status = self._say(phrases.STATUSES[each.status])
        name = for_terminal(each.record.name.rstrip("."))
        yield from self._wrapped(f"{mark} {each.record.type} {name}  {status}", "  ")
        if each.status != "verified":
            found = ", ".join(each.found) or self._say(phrases.nothing_at(each.status))
            yield from self._wrapped(f"{self._say(phrases.WANTED)}: {', '.join(each.record.values)}", "      ")
            yield from self._wrapped(f"{self._say(phrases.FOUND)}: {found}", "      ")

    def _provider(self) -> Iterator[str]:
        told = list(provider_lines(self._report))
        if told:
            yield ""
            yield self._heading(provider_heading(self._report))
        for line in told:
            yield from self._wrapped(self._say(line), "  ")

    def _remarks(self) -> Iterator[str]:
        main = blamed(self._report)
        warnings = [t for t in grouped(self._report, Severity.WARNING, Severity.INFO) if t not in main]
        notes = [self._say(note) for note in self._report.expected.notes]
        quirks = self._report.dns_host.quirks if self._report.dns_host and self._report.plan.changes else ()
        notes += [self._say(phrases.QUIRK.fill(quirk=quirk)) for quirk in quirks]
        unheard = self._report.observation.unheard
        if warnings or notes or unheard:
            yield ""
            yield self._heading(phrases.WARNINGS)
        for told in warnings:
            yield from self._told(told)
        for note in notes:
            yield from self._wrapped("- " + note, "  ")
        if unheard:
            yield from self._wrapped(f"{self._say(phrases.NOT_HEARD)}: {'; '.join(unheard[:10])}", "  ")
        if self._report.hint:
            yield ""
            yield from self._wrapped(self._say(self._report.hint), "")

    def _by_hand(self) -> Iterator[str]:
        commands = list(by_hand(self._report))
        if commands:
            yield ""
            yield self._heading(phrases.BY_HAND)
            yield from ("  " + for_terminal(command) for command in commands)

    def _proof(self) -> Iterator[str]:
        report = self._report
        yield ""
        yield self._heading(phrases.PROOF)
        for told in grouped(report, *Severity):
            yield f"  {told.finding.code}"
            for exchange in told.evidence[:PROOF_LIMIT]:
                yield from self._wrapped(for_terminal(evidence_line(exchange, self._lang)), "    ")
        if not report.findings:
            for record in report.records:
                for exchange in report.case.heard(record.record.name, record.record.type):
                    yield from self._wrapped(for_terminal(evidence_line(exchange, self._lang)), "    ")
        observation = report.observation
        took = round((observation.ended_at - observation.started_at) * 1000)
        said = phrases.LOOKED.fill(
            when=utc(observation.ended_at).removesuffix(" UTC"),
            queries=report.queries,
            rounds=observation.rounds,
            ms=took,
        )
        yield from self._wrapped(self._say(said), "  ")

    # --- letters ------------------------------------------------------------------------------------------------

    def _say(self, text: Text) -> str:
        return for_terminal(text.of(self._lang))

    def _mark(self) -> str:
        return MARKS[str(self._report.verdict)]

    def _heading(self, text: Text) -> str:
        said = self._say(text)
        return f"\x1b[1m{said}\x1b[0m" if self._colour else said

    def _paint(self, line: str) -> str:
        code = COLOURS[str(self._report.verdict)]
        return f"\x1b[1;{code}m{line}\x1b[0m" if self._colour else line

    def _wrapped(self, text: str, indent: str = "") -> Iterator[str]:
        """Lines that fit: broken at spaces, and inside what is longer than a line; wide characters count twice."""
        room = self._width - len(indent)
        line = ""
        for word in _pieces(text, room):
            glue = "" if not line else " " if word[0] else ""
            if line and cell_len(line) + len(glue) + cell_len(word[1]) > room:
                yield indent + line.rstrip()
                line = word[1]
            else:
                line += glue + word[1]
        if line:
            yield indent + line


def _pieces(text: str, room: int) -> Iterator[tuple[bool, str]]:
    """(whether a space stands before it, piece): words, Japanese by character, and long names in lengths that fit."""
    for word in text.split(" "):
        before = True
        for run in WIDE.split(word):
            for piece in [run] if cell_len(run) <= room else chop_cells(run, room):
                if piece or before:
                    yield before, piece
                    before = False

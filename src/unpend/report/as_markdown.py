"""The report for a ticket or a message: the same content as the text, in Markdown that cannot be hijacked."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count

from unpend.model.finding import Severity
from unpend.model.text import Lang, Text
from unpend.report import phrases
from unpend.report.escape import for_markdown, for_terminal
from unpend.report.outline import by_hand, evidence_line, grouped, parts
from unpend.report.provider_words import provider_heading, provider_lines
from unpend.report.report import Report


def as_markdown(report: Report, lang: Lang) -> str:
    """The whole report. Ends with a line feed."""
    return "\n".join(_lines(report, lang)) + "\n"


def _lines(report: Report, lang: Lang) -> Iterator[str]:
    def say(text: Text) -> str:
        return for_markdown(text.of(lang))

    yield f"# {say(phrases.HEADINGS[str(report.verdict)])}: {code(report.domain.rstrip('.'))}"
    yield ""
    yield say(report.message)
    yield from _causes(report, lang)
    yield from _plan(report, lang)
    yield from _records(report, lang)
    if told := list(provider_lines(report)):
        yield from ["", f"## {say(provider_heading(report))}", "", *(f"- {say(line)}" for line in told)]
    commands = list(by_hand(report))
    if commands:
        yield from ["", f"## {say(phrases.BY_HAND)}", "", "```sh", *map(for_terminal, commands), "```"]
    yield from _proof(report, lang)


def code(text: str) -> str:
    """Text as code: backticks cannot end it early."""
    shown = for_terminal(text).replace("`", "'")
    return f"`{shown}`"


def _causes(report: Report, lang: Lang) -> Iterator[str]:
    for heading, severities in (
        (phrases.CAUSE, [Severity.ERROR]),
        (phrases.WARNINGS, [Severity.WARNING, Severity.INFO]),
    ):
        told = grouped(report, *severities)
        if told:
            yield from ["", f"## {for_markdown(heading.of(lang))}", ""]
        for each in told:
            yield f"- **{each.finding.code}**: {for_markdown(each.finding.message.of(lang))}"
            yield from (f"  - {code(name)}" for name in each.names)


def _plan(report: Report, lang: Lang) -> Iterator[str]:
    todo = list(parts(report))
    if not todo:
        return
    yield from ["", f"## {for_markdown(phrases.WHAT_TO_DO.of(lang))}"]
    numbers = count(1)
    for part in todo:
        yield from ["", for_markdown(part.place.of(lang)), ""] if part.place else [""]
        for step in part.steps:
            yield f"{next(numbers)}. {for_markdown(step.says.of(lang))}"
            yield from (f"   - {for_markdown(f.label.of(lang))}: {code(f.value)}" for f in step.fields)
            yield from (f"   - {for_markdown(remark.of(lang))}" for remark in step.remarks)
    yield from (f"\n> {for_markdown(reason.of(lang))}" for reason in report.plan.reasons)


def _records(report: Report, lang: Lang) -> Iterator[str]:
    if not report.records:
        return
    heads = [h.of(lang) for h in (phrases.RECORDS, phrases.WANTED, phrases.FOUND)]
    yield from ["", f"| {heads[0]} | | {heads[1]} | {heads[2]} |", "|---|---|---|---|"]
    for each in report.records:
        found = ", ".join(map(code, each.found)) or for_markdown(phrases.nothing_at(each.status).of(lang))
        wanted = ", ".join(map(code, each.record.values))
        status = for_markdown(phrases.STATUSES[each.status].of(lang))
        cells = [f"{code(each.record.name)} {each.record.type}", status, wanted, found]
        yield "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def _proof(report: Report, lang: Lang) -> Iterator[str]:
    told = grouped(report, *Severity)
    if told:
        yield from ["", f"## {for_markdown(phrases.PROOF.of(lang))}", ""]
    for each in told:
        yield from (f"- {each.finding.code}: {code(evidence_line(e, lang))}" for e in each.evidence)

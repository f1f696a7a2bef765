"""How a report leaves: format, language, colour, width, exit code, and the case file."""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path
from typing import Any, cast

import click

from unpend.cli.language import language
from unpend.cli.options import option
from unpend.model.errors import UsageError
from unpend.model.finding import Severity
from unpend.model.text import Lang, Text
from unpend.report.report import Report
from unpend.report.verdict import Verdict

EXIT = {Verdict.OK: 0, Verdict.ACTION_REQUIRED: 1, Verdict.WAITING: 3, Verdict.UNKNOWN: 4}
UNREADABLE = Text(en="{path} cannot be read: {why}", ja="{path} を読み取れません: {why}")
LARGEST = 32 << 20
CANNOT_SAVE = Text(en="The case cannot be saved to {path}: {why}", ja="ケースを {path} に保存できません: {why}")
FORMATS = ("text", "json", "markdown", "support", "github", "sarif", "junit")
NARROWEST, WIDEST = 40, 100


def options() -> list[click.Parameter]:
    """The flags that every command with a report has."""
    formats, languages = click.Choice(list(FORMATS)), click.Choice(["en", "ja"])
    return [
        option(
            "--format format_",
            "How to print the report; support: a text for the provider's support; github, sarif, junit: for CI.",
            "報告の形式です。support は事業者のサポートに送る文面、github・sarif・junit は CI 向けです。",
            type=formats,
            default="text",
            show_default=True,
        ),
        option(
            "--lang",
            "Language (default: the locale's).",
            "言語です（既定: ロケールに従います）。",
            type=languages,
        ),
        option(
            "--verbose -v",
            "Show the proof: every server, question and answer.",
            "証拠（どのサーバーに何を聞き、何が返ったか）も表示します。",
            count=True,
        ),
        *_looks(),
    ]


def _looks() -> list[click.Parameter]:
    severities = click.Choice(["error", "warning"])
    return [
        option(
            "--fail-on",
            "What exit code 1 means: errors, or warnings too.",
            "終了コード 1 の条件です（error のみ、または warning も含む）。",
            type=severities,
            default="error",
            show_default=True,
        ),
        option(
            "--color/--no-color",
            "Colour (default: on a terminal without NO_COLOR).",
            "色の有無です（既定: 端末で NO_COLOR がない場合のみ）。",
            default=None,
        ),
        option("--quiet -q", "No progress on stderr.", "進行状況を表示しません。", is_flag=True),
    ]


def deliver(report: Report, given: dict[str, Any]) -> int:
    """Print the report as wanted; the exit code."""
    lang: Lang = cast(Lang, given.get("lang") or language())
    sys.stdout.write(rendered(report, given["format_"], lang, given))
    sys.stdout.flush()
    return exit_code(report, given)


def exit_code(report: Report, given: dict[str, Any]) -> int:
    """What the verdict means to a caller, as strict as --fail-on says."""
    warned = given["fail_on"] == "warning" and any(f.severity is Severity.WARNING for f in report.findings)
    return 1 if warned else EXIT[report.verdict]


def rendered(report: Report, format_: str, lang: Lang, given: dict[str, Any]) -> str:
    """The report in one of the formats."""
    if format_ in FORMATS[1:]:
        return str(getattr(report, f"to_{format_}")(lang))
    return report.to_text(lang, verbose=given["verbose"], width=width(), colour=_colour(given.get("color")))


def width() -> int:
    columns = os.get_terminal_size().columns if sys.stdout.isatty() else int(os.environ.get("COLUMNS", "80") or 80)
    return min(WIDEST, max(NARROWEST, columns))


def _colour(wanted: bool | None) -> bool:
    if wanted is not None:
        return wanted
    return sys.stdout.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def progress(quiet: bool, lang: Lang) -> Any:
    """Says on stderr what is being done, one line a step."""

    def tell(text: Text) -> None:
        if not quiet:
            sys.stderr.write(text.of(lang) + "\n")
            sys.stderr.flush()

    return tell


def save(path: str, data: bytes) -> None:
    """Write the file whole or not at all."""
    target = Path(path)
    try:
        with tempfile.NamedTemporaryFile(dir=target.parent, prefix=target.name, delete=False) as half:
            half.write(data)
        os.replace(half.name, target)
    except OSError as error:
        raise UsageError(CANNOT_SAVE.fill(path=path, why=error.strerror or error)) from error


def read(path: str) -> bytes:
    """A file, "-" for standard input. UsageError where it cannot be read."""
    try:
        if path == "-":
            return sys.stdin.buffer.read(LARGEST + 1)
        with open(path, "rb") as file:
            return file.read(LARGEST + 1)
    except OSError as error:
        raise UsageError(UNREADABLE.fill(path=path, why=error.strerror or error)) from error

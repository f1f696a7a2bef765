"""`unpend scan INPUT`."""

from __future__ import annotations

import asyncio
import hashlib
import platform
import signal
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import click

from unpend.cli import output
from unpend.cli.language import language
from unpend.cli.scan_input import input_of, reads_again, shown
from unpend.cli.scan_options import parameters, texts
from unpend.cli.scan_progress import teller
from unpend.model.errors import UnpendError, UsageError
from unpend.model.text import Lang, Text

if TYPE_CHECKING:
    from unpend.engine.scan.crew import Crew
    from unpend.engine.scan.fleet import Fleet
    from unpend.engine.scan.journal import Journal
    from unpend.engine.scan.settings import ScanSettings
    from unpend.report.scan.summary import Summary

NEEDS_OUT = Text(en="{what} needs --out FILE.", ja="{what} には --out FILE が必要です。")
STOPPED = Text(
    en="Stopped. What was done is kept in {folder}: give the same command with --resume to go on.",
    ja="中断しました。完了した分は {folder} に残っています。同じコマンドに --resume を付けると再開できます。",
)
NO_INPUT = Text(en="INPUT is missing.", ja="INPUT がありません。")
GIVE_INPUT = Text(
    en="Give a file, '-' for stdin, ses:REGION, or a database URL with --query.",
    ja="ファイル、'-'（標準入力）、ses:REGION、または --query を伴うデータベースの URL を指定してください。",
)
NOTHING_TO_DO = Text(
    en="--deep 0 with --look none would look at nothing.", ja="--deep 0 と --look none では何も確認しません。"
)
NO_POSTGRES = Text(
    en="Scans on many machines need Procrastinate: pip install 'unpend[postgres]'.",
    ja="複数マシンでのスキャンには Procrastinate が必要です: pip install 'unpend[postgres]'",
)
INTERRUPTED = 130


def command() -> click.Command:
    """The command, in the visitor's language."""
    about, exits = texts()
    return click.Command("scan", callback=scan, params=parameters(), help=about, epilog=exits)


def scan(source: str, **given: Any) -> int:
    """Read, judge, write, sum up."""
    from unpend.engine.scan.outputs import format_of
    from unpend.report.scan.summary import exit_code
    from unpend.sources.contact import read_contact

    if given["work"]:
        return _worker(given)
    if not source:
        raise UsageError(NO_INPUT, GIVE_INPUT)
    lang: Lang = cast(Lang, given["lang"] or language())
    given["contact"] = read_contact(given["contact"]) if given["contact"] else ""
    settings = _settings(given, lang)
    given["format_"] = given["format_"] or format_of(given["out"] or "")
    _refuse_early(given)
    with _stoppable():
        summary = _kept(source, given, settings) if given["out"] else _streamed(source, given, settings)
    return exit_code(summary)


def _worker(given: dict[str, Any]) -> int:
    """Judge what others hand out."""
    try:
        from unpend.engine.scan.worker import work
    except ImportError as error:
        raise UsageError(NO_POSTGRES) from error
    asyncio.run(work(given["work"], given["processes"]))
    return 0


def _refuse_early(given: dict[str, Any]) -> None:
    """What could not be done at the end is said before the work, which may take hours."""
    for what in ("resume", "diff", "report", "through"):
        if given[what] and not given["out"]:
            raise UsageError(NEEDS_OUT.fill(what=f"--{what}"))
    if given["format_"] == "parquet" and not given["out"]:
        raise UsageError(NEEDS_OUT.fill(what="Parquet"))
    if given["report"]:
        from unpend.report.scan.charts import drawing

        drawing()
    if given["diff"]:
        from unpend.engine.scan.compare import readable

        readable(Path(given["diff"]))


def _streamed(name: str, given: dict[str, Any], settings: ScanSettings) -> Summary:
    """To stdout, as it gets done."""
    from unpend.engine.scan.outputs import as_csv
    from unpend.engine.scan.run import counted, streamed
    from unpend.report.scan.as_text import as_text
    from unpend.report.scan.summary import Summary

    summary = Summary()
    with tempfile.TemporaryDirectory(prefix="unpend-scan-") as folder:
        source = input_of(name, Path(folder) / "input", given)
        lines = counted(streamed(source, settings, given["processes"], teller(given["quiet"], settings.lang)), summary)
        for line in as_csv(lines) if given["format_"] == "csv" else lines:
            sys.stdout.buffer.write(line)
    sys.stdout.buffer.flush()
    sys.stderr.write(as_text(summary, settings.lang, output.width()))
    return summary


def _kept(name: str, given: dict[str, Any], settings: ScanSettings) -> Summary:
    """To a file, by way of a folder that a later run can go on from."""
    from unpend.engine.scan.journal import Journal

    journal = Journal(Path(given["out"] + ".scan"))
    try:
        _judge_all(name, given, settings, journal)
        summary = _concluded(journal, given, settings.lang)
    except KeyboardInterrupt:
        sys.stderr.write("\n" + STOPPED.fill(folder=journal.folder).of(settings.lang) + "\n")
        raise click.exceptions.Exit(INTERRUPTED) from None
    except UnpendError:
        if journal.new and not journal.done and not journal.spool.exists():
            journal.discard()
        raise
    journal.discard()
    return summary


def _judge_all(name: str, given: dict[str, Any], settings: ScanSettings, journal: Journal) -> None:
    from unpend.engine.scan.run import journalled

    if not reads_again(name):
        journal.open(_manifest({"input": shown(name, given)}, settings), resume=given["resume"])
    source = input_of(name, journal.spool, given)
    if reads_again(name):
        journal.open(_manifest(source.manifest, settings), resume=given["resume"])
    with _judges(given, settings, journal) as judges:
        journalled(source, journal, settings, judges.judged, teller(given["quiet"], settings.lang))


def _judges(given: dict[str, Any], settings: ScanSettings, journal: Journal) -> Crew | Fleet:
    """The processes of this machine, or those of many."""
    from unpend.engine.scan.crew import Crew

    if not given["through"]:
        return Crew(settings, given["processes"])
    try:
        from unpend.engine.scan.fleet import Fleet
    except ImportError as error:
        raise UsageError(NO_POSTGRES) from error
    name = hashlib.sha256(f"{platform.node()}:{journal.folder.resolve()}".encode()).hexdigest()[:24]
    return Fleet(given["through"], name, settings, output.progress(given["quiet"], settings.lang))


def _concluded(journal: Journal, given: dict[str, Any], lang: Lang) -> Summary:
    """The result file; beside it what changed, the page, and the summary on stdout."""
    from unpend.engine.scan.compare import compared
    from unpend.engine.scan.run import concluded
    from unpend.report.scan.as_text import as_text
    from unpend.report.scan.changes import as_text as changes_text
    from unpend.report.scan.page import page

    changes = compared(Path(given["diff"]), journal.results()) if given["diff"] else None
    summary = concluded(journal, Path(given["out"]), given["format_"])
    if given["report"]:
        at = datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC")
        output.save(given["report"], page(summary, lang, at, changes).encode())
    sys.stdout.write(as_text(summary, lang, output.width()))
    if changes is not None:
        sys.stdout.write("\n" + changes_text(changes, lang))
    return summary


def _manifest(source: dict[str, Any], settings: ScanSettings) -> dict[str, Any]:
    """What has to be the same when a scan goes on."""
    from dataclasses import asdict

    told = asdict(settings)
    told["root_hints"] = hashlib.sha256((settings.root_hints or "").encode()).hexdigest()
    told["deep"] = settings.deep > 0
    told["resolvers"] = list(settings.resolvers or ())
    for free in ("rate", "window", "contact"):
        told.pop(free)
    return {**source, "settings": told}


def _settings(given: dict[str, Any], lang: Lang) -> ScanSettings:
    from unpend.engine.scan.settings import ScanSettings
    from unpend.sources.scan_row import RowDefaults

    if not given["deep"] and (given["look"] == "none" or given["ipv6_only"]):
        raise UsageError(NOTHING_TO_DO)
    if given["ipv4_only"] and given["ipv6_only"]:
        from unpend.cli.check import BOTH_FAMILIES

        raise UsageError(BOTH_FAMILIES)
    return ScanSettings(
        resolvers=tuple(given["resolver"]) or None,
        root_hints=output.read(given["root_hints"]).decode("utf-8", "replace") if given["root_hints"] else None,
        port=given["port"],
        ipv4=not given["ipv6_only"],
        ipv6=not given["ipv4_only"],
        timeout=given["timeout"],
        deadline=given["deadline"],
        policy=given["policy"],
        lang=lang,
        defaults=RowDefaults(given["region"], given["signing_zone"], given["provider"], tuple(given["set_"])),
        deep=given["deep"],
        segment=given["segment"],
        look="none" if given["ipv6_only"] else given["look"],
        rate=given["rate"],
        window=given["window"],
        contact=given["contact"],
    )


@contextmanager
def _stoppable() -> Iterator[None]:
    """SIGTERM ends a scan like Ctrl-C: in order, and so that it can go on."""

    def stop(number: int, _: Any) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, stop)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)

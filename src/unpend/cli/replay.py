"""`unpend replay FILE`."""

from __future__ import annotations

from typing import Any

import click

from unpend.cli import output
from unpend.cli.language import say


def command() -> click.Command:
    """The command, in the visitor's language."""
    return click.Command(
        "replay",
        callback=replay,
        params=[click.Argument(["file"]), *output.options()],
        help=say(
            "The report of a case that `unpend check --save FILE` kept: the same bytes, offline.",
            "`unpend check --save FILE` で保存したケースの報告を、オフラインでまったく同じ内容で表示します。",
        ),
    )


def replay(file: str, **given: Any) -> int:
    """Load, judge, print."""
    from unpend.report.casefile import load
    from unpend.report.report import report_of

    return output.deliver(report_of(*load(output.read(file))), given)

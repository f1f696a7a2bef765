"""`unpend undo FILE`."""

from __future__ import annotations

import os
from typing import Any, cast

import click

from unpend.cli import output
from unpend.cli.language import language, say
from unpend.cli.options import option
from unpend.model.text import Lang, Text

DONE = Text(en="{count} record sets are as they were before.", ja="{count} 件を変更前の状態に戻しました。")


def command() -> click.Command:
    """The command, in the visitor's language."""
    from unpend.engine.hosts import WRITERS

    return click.Command(
        "undo",
        callback=undo,
        params=[
            click.Argument(["file"]),
            option("--via", "Whose API to use.", "使う API です。", type=click.Choice(list(WRITERS))),
            option("--lang", "Language.", "言語です。", type=click.Choice(["en", "ja"])),
            option("--quiet -q", "No progress on stderr.", "進行状況を表示しません。", is_flag=True),
        ],
        help=say(
            "Takes back what `unpend fix` changed, the last change first. Refuses, and writes nothing, where somebody has changed the "
            "record since.",
            "`unpend fix` が行った変更を、最後のものから順に元に戻します。その後に誰かが変更したレコードには書き込みません。",
        ),
    )


def undo(file: str, **given: Any) -> int:
    """Load, put back, say so."""
    from unpend.engine.apply import load_undo, take_back
    from unpend.engine.hosts import writer_for

    lang: Lang = cast(Lang, given["lang"] or language())
    held = load_undo(output.read(file))
    tell = output.progress(given["quiet"], lang)
    via = given["via"] or held.via
    _, writer = writer_for(via, "", held.nameservers, os.environ)
    count = take_back(writer, held, file, lambda data: output.save(file, data), tell)
    tell(DONE.fill(count=count))
    return 0

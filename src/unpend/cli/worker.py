"""`unpend worker`."""

from __future__ import annotations

import asyncio
import sys
from typing import Any

import click

from unpend.cli.engine_options import engine_options, opened, works_of
from unpend.cli.language import language, say
from unpend.cli.signing_zone_options import key_options, key_work
from unpend.model.text import Text

WORKING = Text(en="Working on {database}. Ctrl-C stops.", ja="{database} を処理しています。Ctrl-C で停止します。")
DONE = Text(
    en="Stopped after {looked} looks and {diagnosed} diagnoses.",
    ja="確認 {looked} 回、診断 {diagnosed} 回で停止しました。",
)


def command() -> click.Command:
    """The command, in the visitor's language."""
    return click.Command(
        "worker",
        callback=worker,
        params=[*engine_options(), *key_options()],
        help=say(
            "Looks at the identities of a database whenever they fall due. One worker for a SQLite file (`unpend serve` has one built in), "
            "any number for PostgreSQL.\n\n\b\nExamples:\n  unpend worker --database sqlite:///unpend.db\n"
            "  unpend worker --database postgresql://unpend@db.example.net/unpend",
            "データベースのアイデンティティを期限どおりに確認します。SQLite なら 1 プロセスだけ（`unpend serve` に内蔵）、PostgreSQL なら何台でも"
            "起動できます。\n\n\b\n例:\n  unpend worker --database sqlite:///unpend.db\n"
            "  unpend worker --database postgresql://unpend@db.example.net/unpend",
        ),
    )


def worker(**given: Any) -> int:
    """Work until stopped."""
    installation = opened(given)
    from unpend.engine.running import work_until_stopped

    works = works_of(installation, given)
    beside = key_work(installation, given)
    lang = language()
    shown = installation.database.url.render_as_string(hide_password=True)
    sys.stderr.write(WORKING.fill(database=shown).of(lang) + "\n")
    try:
        asyncio.run(work_until_stopped(installation, works, *beside))
    finally:
        installation.close()
    told = DONE.fill(looked=works.tally.looked, diagnosed=works.tally.diagnosed)
    sys.stderr.write(told.of(lang) + "\n")
    return 0

"""`unpend db upgrade | backup FILE | restore FILE`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click

from unpend.cli.engine_options import database_option, store_installed
from unpend.cli.language import language, say
from unpend.model.errors import UsageError
from unpend.model.text import Text

UPGRADED = Text(en="The database is up to date now.", ja="データベースを最新の状態にしました。")
CURRENT = Text(en="The database was up to date.", ja="データベースは最新の状態でした。")
COPIED = Text(
    en="Copied to {path}. Keep {path}.secret with it, and keep both secret.",
    ja="{path} にコピーしました。{path}.secret と一緒に、どちらも人に見せないよう保管してください。",
)
RESTORED = Text(en="Restored from {path}.", ja="{path} から復元しました。")
WHAT = Text(
    en="Say what to do: upgrade, backup FILE or restore FILE.",
    ja="upgrade、backup FILE、restore FILE のいずれかを指定してください。",
)


def command() -> click.Command:
    """The command, in the visitor's language."""
    return click.Command(
        "db",
        callback=db,
        params=[
            click.Argument(["words"], nargs=-1, metavar="upgrade | backup FILE | restore FILE"),
            database_option(),
        ],
        help=say(
            "The engine's database. `upgrade` brings its schema to this version (starting does it too). `backup` copies a SQLite "
            "database while it is in use; `restore` puts a copy back while nothing is running.\n\n\b\nExamples:\n"
            "  unpend db upgrade --database postgresql://unpend@db.example.net/unpend\n  unpend db backup unpend-backup.db",
            "エンジンのデータベースを扱います。`upgrade` はスキーマをこの版に合わせます（起動時にも行います）。`backup` は使用中の SQLite を"
            "コピーし、`restore` は停止中に元へ戻します。\n\n\b\n例:\n"
            "  unpend db upgrade --database postgresql://unpend@db.example.net/unpend\n  unpend db backup unpend-backup.db",
        ),
    )


def db(words: tuple[str, ...], **given: Any) -> int:
    """Upgrade, back up or restore."""
    store_installed()
    from unpend.store.backup import back_up, restore
    from unpend.store.connect import Database
    from unpend.store.schema import bring_up

    verb, *files = words or ("",)
    if (verb, len(files)) not in {("upgrade", 0), ("backup", 1), ("restore", 1)}:
        raise UsageError(WHAT)
    database = Database(given["database"])
    try:
        if verb == "upgrade":
            told = UPGRADED if bring_up(database) else CURRENT
        else:
            path = Path(files[0])
            (back_up if verb == "backup" else restore)(database, path)
            told = (COPIED if verb == "backup" else RESTORED).fill(path=path)
    finally:
        database.close()
    sys.stdout.write(told.of(language()) + "\n")
    return 0

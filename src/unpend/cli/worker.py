"""`unpend worker`."""

from __future__ import annotations

import asyncio
import sys
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

import click

from unpend.cli.engine_options import engine_options, log_as_told, metrics_of, opened, outgoing_of, works_of
from unpend.cli.language import language, say
from unpend.cli.options import option
from unpend.cli.signing_zone_options import key_options, key_work
from unpend.model.text import Text

if TYPE_CHECKING:
    from unpend.engine.opening import Installation
    from unpend.engine.works import Works

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
        params=[_metrics_option(), *engine_options(), *key_options()],
        help=say(
            "Looks at the identities of a database whenever they fall due. One worker for a SQLite file (`unpend serve` has one built in), "
            "any number for PostgreSQL.\n\n\b\nExamples:\n  unpend worker --database sqlite:///unpend.db\n"
            "  unpend worker --database postgresql://unpend@db.example.net/unpend",
            "データベースのアイデンティティを期限どおりに確認します。SQLite なら 1 プロセスだけ（`unpend serve` に内蔵）、PostgreSQL なら何台でも"
            "起動できます。\n\n\b\n例:\n  unpend worker --database sqlite:///unpend.db\n"
            "  unpend worker --database postgresql://unpend@db.example.net/unpend",
        ),
    )


def _metrics_option() -> click.Option:
    return option(
        "--metrics-listen",
        "Where to answer /healthz, /readyz and /metrics (default: nowhere).",
        "/healthz・/readyz・/metrics に応答するアドレスとポートです（既定: 応答しません）。",
        metavar="ADDR:PORT",
    )


def worker(**given: Any) -> int:
    """Work until stopped."""
    installation = opened(given)
    works = works_of(installation, given)
    lang = language()
    shown = installation.database.url.render_as_string(hide_password=True)
    log_as_told(given)
    sys.stderr.write(WORKING.fill(database=shown).of(lang) + "\n")
    try:
        asyncio.run(_work(installation, works, given))
    finally:
        installation.close()
    told = DONE.fill(looked=works.tally.looked, diagnosed=works.tally.diagnosed)
    sys.stderr.write(told.of(lang) + "\n")
    return 0


async def _work(installation: Installation, works: Works, given: dict[str, Any]) -> None:
    from concurrent.futures import ThreadPoolExecutor

    from unpend.engine.running import Side, engine_for, work_until_stopped

    metrics = metrics_of(installation)
    metrics.of_work(works.tally)
    engine = engine_for(installation, works)
    parts: list[Side] = [engine, outgoing_of(installation, given, metrics), *key_work(installation, given)]
    with ExitStack() as held:
        if given["metrics_listen"]:
            from unpend.server.listening import sockets
            from unpend.server.operating import Page, Readiness

            listening = [held.enter_context(each) for each in sockets(given["metrics_listen"], guarded=True)]
            threads = held.enter_context(ThreadPoolExecutor(2, thread_name_prefix="unpend-operator"))
            readiness = Readiness(installation.database, threads, lambda: engine.trouble)
            parts.append(Page(listening, readiness, metrics))
        await work_until_stopped(installation, works, parts)

"""`unpend` as its operator types it, to be killed. Each line on stdin is an order, each line on stdout the answer.

`["run", FOLDER, WORD …]` starts `unpend WORD …` and answers its number; `["wait", NUMBER]` waits for its end and answers
its exit code (-9 where it was killed). One process imports what the commands import (those that it is told on its command
line) and forks, since that costs more than what is tested.
"""

from __future__ import annotations

import gc
import json
import os
import signal
import sys
from importlib import import_module
from pathlib import Path
from typing import Any

IMPORTS = {
    "db": "alembic.command sqlalchemy.dialects.sqlite unpend.cli.db unpend.cli.errors unpend.cli.group unpend.store.backup "
    "unpend.store.schema",
    "worker": "unpend.cli.worker unpend.engine.deep unpend.engine.logs unpend.engine.metrics unpend.engine.opening "
    "unpend.engine.running unpend.engine.webhooks.outgoing",
    "serve": "fastapi uvicorn.lifespan.off uvicorn.loops.auto uvicorn.protocols.http.auto unpend.api.app unpend.cli.serve "
    "unpend.server.app unpend.server.operating",
    "postgres": "procrastinate psycopg sqlalchemy.dialects.postgresql.psycopg unpend.engine.distributed",
}


def main() -> None:
    for each in ("db", *sys.argv[1:]):
        for name in IMPORTS[each].split():
            import_module(name)
    gc.freeze()
    say("ready")
    for line in sys.stdin:
        order, *told = json.loads(line)
        say(run(*told) if order == "run" else wait(*told))


def say(answer: Any) -> None:
    sys.stdout.write(json.dumps(answer) + "\n")
    sys.stdout.flush()


def run(folder: str, *words: str) -> int:
    number = os.fork()
    if number == 0:
        become(folder, words)
    return number


def wait(number: int) -> int:
    return os.waitstatus_to_exitcode(os.waitpid(number, 0)[1])


def become(folder: str, words: tuple[str, ...]) -> None:
    """The command itself: what it writes goes to FOLDER/said. Where FOLDER has migrations of its own, it is an unpend of
    the future, which knows them."""
    said = os.open(Path(folder) / "said", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    nothing = os.open(os.devnull, os.O_RDONLY)
    for file, number in ((nothing, 0), (said, 1), (said, 2)):
        os.dup2(file, number)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    code: Any = 1
    try:
        from unpend.cli.main import run as unpend

        os.chdir(folder)
        if Path("migrations").is_dir():
            future()
        sys.argv = ["unpend", *words]
        unpend()
    except SystemExit as ended:
        code = ended.code
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code if isinstance(code, int) else 1)


def future() -> None:
    from unpend.store import schema

    schema.MIGRATIONS = Path("migrations").absolute()
    schema.HEAD = "0002"


if __name__ == "__main__":
    main()

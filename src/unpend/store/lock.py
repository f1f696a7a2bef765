"""One worker a SQLite file: a second one would look everything up twice and tell everybody twice."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager

from unpend.model.errors import StoreError
from unpend.model.text import Text
from unpend.store.connect import Database

TAKEN = Text(en="Another unpend works on {path} already.", ja="別の unpend が {path} をすでに使用しています。")
ONE_EACH = Text(
    en="One process works on a SQLite file. For several machines use PostgreSQL (docs/operate.md).",
    ja="SQLite のファイルを処理できるのは 1 プロセスだけです。複数のマシンで動かす場合は PostgreSQL を使ってください（docs/operate.md）。",
)


@contextmanager
def only_worker(database: Database) -> Iterator[None]:
    """Hold the file's lock as long as this process works; StoreError where another one does. PostgreSQL needs none."""
    if not database.sqlite:
        yield
        return
    path = f"{database.url.database}.lock"
    handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise StoreError(TAKEN.fill(path=database.url.database), ONE_EACH) from None
        yield
    finally:
        os.close(handle)

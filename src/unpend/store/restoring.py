"""Two files take the place of two others, the database and its secret, and nobody ever sees one of each.

They are made ready in a folder beside. That it gets its last name is the one moment from which the new ones hold: who
is killed before has changed nothing, and what comes after is done by whoever opens the database next.
"""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

READY = ".restored"
PREPARED = ".restoring"
DATABASE, SECRET = "database", "secret"


def prepared(target: Path) -> Path:
    """An empty folder for what takes the place of `target`, for its owner alone."""
    folder = Path(f"{target}{PREPARED}")
    if folder.is_dir():
        shutil.rmtree(folder)
    folder.unlink(missing_ok=True)
    folder.mkdir(mode=0o700)
    return folder


def take_place(target: Path) -> None:
    """What was prepared holds from now on. Whoever calls this has the database's lock."""
    folder = Path(f"{target}{PREPARED}")
    keep_names(folder)
    folder.rename(f"{target}{READY}")
    keep_names(target.parent)
    _move_in(target)


def finish(target: Path) -> None:
    """Before the database is opened: end what a killed `restore` had begun for good."""
    if Path(f"{target}{READY}").is_dir():
        with _alone(target):
            _move_in(target)


def _move_in(target: Path) -> None:
    """Each step can be done again. The log of the old database goes before the new one comes, which has none."""
    folder = Path(f"{target}{READY}")
    if not folder.is_dir():
        return
    if (folder / SECRET).exists():
        (folder / SECRET).replace(f"{target}.secret")
    if (folder / DATABASE).exists():
        for leftover in ("-wal", "-shm"):
            Path(f"{target}{leftover}").unlink(missing_ok=True)
        (folder / DATABASE).replace(target)
    keep_names(target.parent)
    folder.rmdir()


@contextmanager
def _alone(target: Path) -> Iterator[None]:
    """Wait for the lock of `only_worker`: another process may be finishing the same."""
    handle = os.open(f"{target}.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def keep_names(folder: Path) -> None:
    """A power cut must not take the names of files that were just made."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)

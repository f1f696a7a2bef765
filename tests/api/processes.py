"""`unpend` as its operator starts it: `serve` until the block ends, and commands beside it."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

from tests.cli.lab_flags import UNPEND

ENVIRONMENT = os.environ | {"LANG": "C.UTF-8", "COLUMNS": "80"}


def typed(*words: str, **settings: str) -> tuple[int, str, str]:
    """Exit code, stdout and stderr."""
    command = [UNPEND, *words]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False, env=ENVIRONMENT | settings)
    return done.returncode, done.stdout, done.stderr


@contextlib.contextmanager
def serving(folder: Path, *flags: str, **settings: str) -> Iterator[str]:
    """The URL of `unpend serve` on a port of its own; it stops gently at the end."""
    words = ["serve", "--listen", "127.0.0.1:0", "--database", f"sqlite:///{folder}/unpend.db", *flags]
    with subprocess.Popen([UNPEND, *words], stderr=subprocess.PIPE, text=True, env=ENVIRONMENT | settings) as process:
        try:
            assert process.stderr
            told = process.stderr.readline()
            assert told.startswith("unpend serves http"), told + process.stderr.read()
            yield told.split()[2]
            process.send_signal(signal.SIGTERM)
            assert process.wait(20) == 0
        finally:
            process.kill()

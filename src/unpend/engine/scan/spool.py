"""An input that can be read only once (stdin, a query, an account), written down so that the scan can go on after a crash."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import BinaryIO

from unpend.engine.scan.journal import CANNOT_WRITE
from unpend.model.errors import UsageError

CHUNK = 1 << 20


def spooled(chunks: Iterable[bytes], path: Path) -> None:
    """The whole input in a file that only its owner can read, or none."""
    half = path.with_name(path.name + ".half")
    try:
        with open(os.open(half, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            file.writelines(chunks)
            file.flush()
            os.fsync(file.fileno())
        os.replace(half, path)
    except OSError as error:
        raise UsageError(CANNOT_WRITE.fill(path=path, why=error.strerror or error)) from error


def chunks(file: BinaryIO) -> Iterator[bytes]:
    """A stream, piece by piece."""
    while piece := file.read(CHUNK):
        yield piece

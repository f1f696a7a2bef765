"""Which reader an input wants, and how much there is of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from unpend.engine.scan.readers import csv_file, ndjson_file, parquet_file
from unpend.engine.scan.rows import Place, Row
from unpend.model.errors import UsageError
from unpend.model.text import Text

Rows = Iterator[tuple[Place, Row]]
READERS: dict[str, Callable[[Path, Place], Rows]] = {
    "csv": csv_file.rows,
    "ndjson": ndjson_file.rows,
    "parquet": parquet_file.rows,
}
HEAD = 64 << 10
UNREADABLE = Text(en="{path} cannot be read: {why}", ja="{path} を読み取れません: {why}")
NOT_THERE = Text(en="there is no such file", ja="そのようなファイルはありません")
NOT_A_FILE = Text(en="it is not a file", ja="ファイルではありません")


class FileInput:
    """A file that can be read again from any place."""

    def __init__(self, path: Path, kind: str | None = None) -> None:
        self.path = path
        try:
            if not path.is_file():
                raise UsageError(UNREADABLE.fill(path=path, why=NOT_A_FILE if path.exists() else NOT_THERE))
            with open(path, "rb") as file:
                self.kind = kind or kind_of(file.read(HEAD))
            self._held = path.stat()
        except OSError as error:
            raise UsageError(UNREADABLE.fill(path=path, why=error.strerror or error)) from error

    @property
    def manifest(self) -> dict[str, Any]:
        """What has to be the same for a scan to go on."""
        return {"input": str(self.path.resolve()), "size": self._held.st_size, "changed": self._held.st_mtime_ns}

    @property
    def whole(self) -> int:
        """The offset behind the last row."""
        if self.kind == "parquet":
            return int(parquet_file.arrow().parquet.ParquetFile(self.path).metadata.num_rows)
        return self._held.st_size

    def rows(self, after: Place) -> Rows:
        """Every row behind the place."""
        return READERS[self.kind](self.path, after)


def kind_of(head: bytes) -> str:
    """The content tells, not the name."""
    if head.startswith(b"PAR1"):
        return "parquet"
    return "ndjson" if head.removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"{") else "csv"

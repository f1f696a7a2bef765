"""Parquet, by pyarrow. Offsets are rows; a row's line is its number, from 1."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from unpend.engine.scan.rows import Place, Row, unreadable
from unpend.model.errors import UsageError
from unpend.model.text import Text
from unpend.sources.scan_row import column_of, no_domain_column

BATCH = 2000
NOT_INSTALLED = Text(en="Parquet needs pyarrow.", ja="Parquet を扱うには pyarrow が必要です。")
INSTALL = Text(en="pip install 'unpend[scan]'", ja="pip install 'unpend[scan]' で入れてください。")
NOT_TEXT = Text(en="The row holds text that is not UTF-8.", ja="この行に UTF-8 ではない文字列があります。")


class DamagedError(Exception):
    """The file is not Parquet, or not whole; the text says how pyarrow put it."""


def arrow() -> Any:
    """pyarrow with its Parquet part, or how to get it."""
    try:
        import pyarrow
        import pyarrow.parquet
    except ImportError as error:
        raise UsageError(NOT_INSTALLED, INSTALL) from error
    return pyarrow


def count(path: Path) -> int:
    """How many rows there are."""
    pyarrow = arrow()
    with _whole(pyarrow), pyarrow.parquet.ParquetFile(path) as file:
        return int(file.metadata.num_rows)


def rows(path: Path, after: Place) -> Iterator[tuple[Place, Row]]:
    """Every row behind the place; only the columns that are read, one row group after the other."""
    pyarrow = arrow()
    with _whole(pyarrow), pyarrow.parquet.ParquetFile(path) as file:
        columns = [name for name in file.schema_arrow.names if column_of(name)]
        if "domain" not in {column_of(name) for name in columns}:
            raise no_domain_column(file.schema_arrow.names)
        yield from _rows(file, columns, after.offset)


@contextmanager
def _whole(pyarrow: Any) -> Iterator[None]:
    """DamagedError for whatever pyarrow says of bytes that are not Parquet."""
    try:
        yield
    except (pyarrow.ArrowException, OSError, ValueError, TypeError, LookupError, OverflowError) as error:
        raise DamagedError((str(error).splitlines() or [type(error).__name__])[0][:200]) from error


def _rows(file: Any, columns: list[str], done: int) -> Iterator[tuple[Place, Row]]:
    start, number = 0, 0
    groups: list[int] = []
    for group in range(file.num_row_groups):
        size = file.metadata.row_group(group).num_rows
        if start + size > done and not groups:
            number = start
        if start + size > done:
            groups.append(group)
        start += size
    if not groups:
        return
    for batch in file.iter_batches(BATCH, row_groups=groups, columns=columns):
        for row in _read(batch, number):
            number += 1
            if number > done:
                yield Place(number, number), row


def _read(batch: Any, before: int) -> Iterator[Row]:
    """The rows of a batch; where one holds what is not text, it alone is bad."""
    try:
        yield from (Row(before + n, fields) for n, fields in enumerate(batch.to_pylist(), 1))
    except UnicodeDecodeError:
        for n in range(batch.num_rows):
            try:
                yield Row(before + n + 1, batch.slice(n, 1).to_pylist()[0])
            except UnicodeDecodeError:
                yield unreadable(before + n + 1, NOT_TEXT)

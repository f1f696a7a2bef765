"""Parquet, by pyarrow. Offsets are rows; a row's line is its number, from 1."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from unpend.engine.scan.rows import Place, Row
from unpend.model.errors import UsageError
from unpend.model.text import Text
from unpend.sources.scan_row import COLUMNS_ARE, column_of

BATCH = 2000
NOT_INSTALLED = Text(en="Parquet needs pyarrow.", ja="Parquet を扱うには pyarrow が必要です。")
INSTALL = Text(en="pip install 'unpend[scan]'", ja="pip install 'unpend[scan]' で入れてください。")
UNREADABLE = Text(en="{path} cannot be read as Parquet: {why}", ja="{path} を Parquet として読み取れません: {why}")
NO_COLUMN = Text(
    en="The Parquet file has no column that a scan reads.",
    ja="Parquet ファイルに、スキャンで読み取れる列がありません。",
)


def arrow() -> Any:
    """pyarrow with its Parquet part, or how to get it."""
    try:
        import pyarrow
        import pyarrow.parquet
    except ImportError as error:
        raise UsageError(NOT_INSTALLED, INSTALL) from error
    return pyarrow


def rows(path: Path, after: Place) -> Iterator[tuple[Place, Row]]:
    """Every row behind the place; only the columns that are read, one row group after the other."""
    pyarrow = arrow()
    try:
        with pyarrow.parquet.ParquetFile(path) as file:
            columns = [name for name in file.schema_arrow.names if column_of(name)]
            if "domain" not in {column_of(name) for name in columns}:
                raise UsageError(NO_COLUMN, COLUMNS_ARE)
            yield from _rows(file, columns, after.offset)
    except (pyarrow.ArrowException, OSError) as error:
        raise UsageError(UNREADABLE.fill(path=path, why=error)) from error


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
        for fields in batch.to_pylist():
            number += 1
            if number > done:
                yield Place(number, number), Row(number, fields)

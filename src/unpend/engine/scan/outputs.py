"""The result as NDJSON, CSV or Parquet: whole or not at all."""

from __future__ import annotations

import csv
import io
import os
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any, BinaryIO

import msgspec

from unpend.engine.scan.readers.parquet_file import arrow
from unpend.model.errors import UsageError
from unpend.model.text import Text
from unpend.report.scan.result import COLUMNS, decoded

FORMATS = ("ndjson", "csv", "parquet")
ENDINGS = {".ndjson": "ndjson", ".jsonl": "ndjson", ".json": "ndjson", ".csv": "csv", ".parquet": "parquet"}
BATCH = 5000
FORMULA = ("=", "+", "-", "@", "\t", "\r")
CANNOT_WRITE = Text(en="{path} cannot be written: {why}", ja="{path} に書き込めません: {why}")


def format_of(path: str) -> str:
    """The format that a file's ending names; NDJSON where it names none."""
    return ENDINGS.get(Path(path).suffix.lower(), "ndjson")


def write(path: Path, lines: Iterable[bytes], format_: str) -> None:
    """The results into the file, which appears only when it is complete."""
    half = path.with_name(path.name + ".half")
    try:
        with open(half, "wb") as file:
            if format_ == "parquet":
                _parquet(file, lines)
            else:
                file.writelines(as_csv(lines) if format_ == "csv" else lines)
            file.flush()
            os.fsync(file.fileno())
        os.replace(half, path)
    except OSError as error:
        raise UsageError(CANNOT_WRITE.fill(path=path, why=error.strerror or error)) from error


def as_csv(lines: Iterable[bytes], *, head: bool = True) -> Iterator[bytes]:
    """A header and a line a result; codes are apart by spaces, the plan is JSON in one cell."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    if head:
        writer.writerow(COLUMNS)
    for line in lines:
        held = _flat(line)
        writer.writerow([_cell(" ".join(held[c]) if c == "codes" else held[c]) for c in COLUMNS])
        yield out.getvalue().encode()
        out.seek(0)
        out.truncate()
    if rest := out.getvalue():
        yield rest.encode()


def _cell(value: Any) -> Any:
    """A spreadsheet takes no cell of ours for a formula (what a stranger wrote may begin like one)."""
    return "'" + value if isinstance(value, str) and value.startswith(FORMULA) else value


def _flat(line: bytes) -> dict[str, Any]:
    result = decoded(line)
    held = {name: getattr(result, name) for name in COLUMNS}
    held["plan"] = msgspec.json.encode(held["plan"]).decode() if held["plan"] else None
    return held


def _parquet(file: BinaryIO, lines: Iterable[bytes]) -> None:
    pa = arrow()
    schema = _schema(pa)
    source = iter(lines)
    with pa.parquet.ParquetWriter(file, schema, compression="zstd") as writer:
        while held := [_flat(line) for line in islice(source, BATCH)]:
            writer.write_table(pa.Table.from_pylist(held, schema=schema))


def _schema(pa: Any) -> Any:
    kinds = {"line": pa.int64(), "eta_seconds": pa.int64(), "codes": pa.list_(pa.string())}
    return pa.schema([(name, kinds.get(name, pa.string())) for name in COLUMNS])

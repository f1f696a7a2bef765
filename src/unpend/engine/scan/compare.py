"""The last scan's result beside this one's, joined on disk: memory does not grow with the lists."""

from __future__ import annotations

import csv
import sqlite3
import sys
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import msgspec

from unpend.engine.scan.inputs import UNREADABLE, kind_of
from unpend.engine.scan.readers.parquet_file import arrow
from unpend.model.errors import UsageError
from unpend.model.text import Text
from unpend.report.scan.changes import Changes, Stand, change_of

NOT_A_RESULT = Text(en="it is not the result of a scan", ja="スキャンの結果ではありません")
Held = tuple[str, str, str, str]


def readable(path: Path) -> None:
    """UsageError where this is not the result of a scan."""
    next(_read(path), None)


def compared(last: Path, lines: Iterable[bytes]) -> Changes:
    """What changed from the file of the last scan (any of the formats) to these result lines."""
    changes = Changes()
    with tempfile.TemporaryDirectory(prefix="unpend-diff-") as folder:
        database = sqlite3.connect(Path(folder) / "last.db")
        try:
            database.executescript(
                "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; CREATE TABLE last (domain TEXT, provider TEXT, "
                "verdict TEXT, cause TEXT, PRIMARY KEY (domain, provider)) WITHOUT ROWID; CREATE TABLE now (domain "
                "TEXT, provider TEXT, verdict TEXT, cause TEXT, PRIMARY KEY (domain, provider)) WITHOUT ROWID;"
            )
            database.executemany("INSERT OR REPLACE INTO last VALUES (?, ?, ?, ?)", _read(last))
            database.executemany("INSERT OR REPLACE INTO now VALUES (?, ?, ?, ?)", map(_held, map(_decode, lines)))
            for domain, *told in database.execute(JOINED):
                before, after = _stand(told[0], told[1]), _stand(told[2], told[3])
                if change := change_of(domain, before, after):
                    changes.add(change)
        finally:
            database.close()
    return changes


JOINED = """
SELECT now.domain AS domain, last.verdict, last.cause, now.verdict, now.cause
FROM now LEFT JOIN last ON last.domain = now.domain AND last.provider = now.provider
WHERE last.verdict IS NOT now.verdict OR last.cause IS NOT now.cause
UNION ALL
SELECT domain, verdict, cause, NULL, NULL FROM last
WHERE NOT EXISTS (SELECT 1 FROM now WHERE now.domain = last.domain AND now.provider = last.provider)
ORDER BY domain
"""


def _stand(verdict: str | None, cause: str | None) -> Stand | None:
    return None if verdict is None else Stand(verdict, cause or None)


def _read(path: Path) -> Iterator[Held]:
    """The rows of a result in any of its formats."""
    try:
        with open(path, "rb") as file:
            kind = kind_of(file.read(64))
        yield from {"csv": _csv, "ndjson": _ndjson, "parquet": _parquet}[kind](path)
    except OSError as error:
        raise UsageError(UNREADABLE.fill(path=path, why=error.strerror or error)) from error
    except (KeyError, ValueError, csv.Error, msgspec.MsgspecError) as error:
        raise UsageError(UNREADABLE.fill(path=path, why=NOT_A_RESULT)) from error


def _held(row: dict[str, Any]) -> Held:
    return str(row["domain"]), str(row["provider"] or ""), str(row["verdict"]), str(row["cause"] or "")


def _decode(line: bytes) -> dict[str, Any]:
    return msgspec.json.decode(line, type=dict[str, Any])


def _ndjson(path: Path) -> Iterator[Held]:
    with open(path, "rb") as file:
        for line in file:
            yield _held(_decode(line))


def _csv(path: Path) -> Iterator[Held]:
    csv.field_size_limit(min(sys.maxsize, 64 << 20))
    with open(path, encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            yield _held(row)


def _parquet(path: Path) -> Iterator[Held]:
    with arrow().parquet.ParquetFile(path) as file:
        for batch in file.iter_batches(2000, columns=["domain", "provider", "verdict", "cause"]):
            for row in batch.to_pylist():
                yield _held(row)

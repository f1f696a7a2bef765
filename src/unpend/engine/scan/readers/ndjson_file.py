"""NDJSON: one object a line. Offsets are bytes: resuming seeks."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec

from unpend.engine.scan.rows import Place, Row, unreadable
from unpend.model.text import Text

LONGEST_LINE = 1 << 20
BROKEN = Text(en="The line is not a JSON object: {why}", ja="この行は JSON オブジェクトではありません: {why}")
TOO_LONG = Text(en="The line is longer than 1 MiB.", ja="この行は 1 MiB を超えています。")
_decode = msgspec.json.Decoder(dict[str, Any]).decode


def rows(path: Path, after: Place) -> Iterator[tuple[Place, Row]]:
    """Every row behind the place, empty lines left out."""
    offset, line = after.offset, after.line
    with open(path, "rb") as file:
        file.seek(offset)
        while data := file.readline(LONGEST_LINE):
            offset += len(data)
            line += 1
            whole = data.endswith(b"\n")
            while not data.endswith(b"\n") and (more := file.readline(LONGEST_LINE)):
                offset, data, whole = offset + len(more), more, False
            at_end = not data.endswith(b"\n")
            if not whole and not (at_end and len(data) < LONGEST_LINE):
                yield Place(offset, line), unreadable(line, TOO_LONG)
            elif text := data.strip().removeprefix(b"\xef\xbb\xbf"):
                yield Place(offset, line), _row(line, text)


def _row(line: int, data: bytes) -> Row:
    try:
        return Row(line, _decode(data))
    except (msgspec.DecodeError, msgspec.ValidationError, UnicodeDecodeError, RecursionError) as error:
        return unreadable(line, BROKEN.fill(why=error))

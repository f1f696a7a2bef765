"""CSV and TSV with a header, and plain lists with one domain a line. Offsets are bytes: resuming seeks."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from unpend.engine.scan.rows import Place, Row, unreadable
from unpend.model.errors import UsageError
from unpend.model.text import Text
from unpend.sources.scan_row import COLUMNS_ARE, column_of

LONGEST_LINE = 1 << 20
LARGEST_FIELD = 128 << 10
MOST_COLUMNS = 1000
NO_HEADER = Text(
    en="The first line names no column that a scan reads.", ja="1 行目に、スキャンで読み取れる列名がありません。"
)
BROKEN = Text(en="The line is not correct CSV: {why}", ja="この行は正しい CSV ではありません: {why}")
NOT_TEXT = Text(en="The line is not text in UTF-8.", ja="この行は UTF-8 のテキストではありません。")
UTF16 = Text(en="The file is in UTF-16.", ja="ファイルの文字コードが UTF-16 です。")
SAVE_UTF8 = Text(en="Save it as CSV in UTF-8.", ja="UTF-8 の CSV として保存し直してください。")
LISTED = ("domain",)


class Lines:
    """Decoded lines of a binary file, and how many bytes and lines were taken."""

    def __init__(self, file: BinaryIO, place: Place) -> None:
        self._file = file
        self.offset = place.offset
        self.line = place.line
        self.undecodable = False
        file.seek(place.offset)

    def __iter__(self) -> Lines:
        return self

    def __next__(self) -> str:
        data = self._file.readline(LONGEST_LINE)
        if not data:
            raise StopIteration
        self.offset += len(data)
        self.line += 1
        try:
            text = data.decode("utf-8-sig" if self.offset == len(data) else "utf-8")
            return text.replace("\0", "\ufffd") if b"\0" in data else text
        except UnicodeDecodeError:
            self.undecodable = True
            return data.decode("utf-8", "replace").replace("\0", "\ufffd")

    @property
    def place(self) -> Place:
        return Place(self.offset, self.line)


def rows(path: Path, after: Place) -> Iterator[tuple[Place, Row]]:
    """Every row behind the place, empty lines left out."""
    csv.field_size_limit(LARGEST_FIELD)
    with open(path, "rb") as file:
        columns, delimiter, start = header(file)
        lines = Lines(file, after if after.offset else start)
        reader = csv.reader(lines, delimiter=delimiter)
        while True:
            begins = lines.line + 1
            try:
                cells = next(reader)
            except StopIteration:
                return
            except csv.Error as error:
                yield lines.place, unreadable(begins, BROKEN.fill(why=error))
                continue
            if row := _row(begins, cells, columns, lines):
                yield lines.place, row


def _row(line: int, cells: list[str], columns: tuple[str, ...], lines: Lines) -> Row | None:
    if lines.undecodable:
        lines.undecodable = False
        return unreadable(line, NOT_TEXT)
    if not (cells and cells[0]) and not any(cell.strip() for cell in cells):
        return None
    return Row(line, dict(zip(columns, cells, strict=False)))


def header(file: BinaryIO) -> tuple[tuple[str, ...], str, Place]:
    """The columns, the delimiter, and where the rows begin. A list of domains has no header of its own."""
    head = file.read(2)
    if head in (b"\xff\xfe", b"\xfe\xff"):
        raise UsageError(UTF16, SAVE_UTF8)
    lines = Lines(file, Place())
    line = next(lines, "")
    delimiter = max(",;\t", key=line.count)
    cells = next(csv.reader(io.StringIO(line.strip()), delimiter=delimiter), [])[:MOST_COLUMNS]
    if "domain" in {column_of(cell) for cell in cells}:
        return tuple(cells), delimiter, lines.place
    if len(cells) <= 1:
        return LISTED, ",", Place()
    raise UsageError(NO_HEADER, COLUMNS_ARE)

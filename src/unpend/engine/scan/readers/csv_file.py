"""CSV and TSV with a header, and plain lists with one domain a line. Offsets are bytes: resuming seeks.

A record may span lines where its quotes are right to the letter. Where they are not, only its first line is given up and
reading goes on behind it: a quotation mark that nobody closed hides no other row.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import BinaryIO

from unpend.engine.scan.readers.csv_lines import Lines, LongLineError, strays
from unpend.engine.scan.rows import Place, Row, unreadable
from unpend.model.errors import UsageError
from unpend.model.text import Text
from unpend.sources.scan_row import column_of, no_domain_column

LARGEST_FIELD = 128 << 10
MOST_COLUMNS = 1000
BROKEN = Text(en="The line is not correct CSV: {why}", ja="この行は正しい CSV ではありません: {why}")
TOO_LONG = Text(en="The line is longer than 1 MiB.", ja="この行は 1 MiB を超えています。")
CELL_TOO_LONG = Text(en="a cell is longer than 128 KiB.", ja="128 KiB を超えるセルがあります。")
OPEN_QUOTE = Text(
    en='The quotation mark (") that opens a cell in line {line} is not closed at the end of a cell. Reading went on with line {next}.',
    ja='{line} 行目でセルを開く引用符（"）が、セルの終わりで閉じられていません。{next} 行目から読み取りを続けました。',
)
NOT_TEXT = Text(en="The line is not text in UTF-8.", ja="この行は UTF-8 のテキストではありません。")
BAD_HEADER = Text(
    en="The first line cannot be read as the header of a CSV file: {why}",
    ja="1 行目を CSV の見出しとして読み取れません: {why}",
)
HEADER_TOO_LONG = Text(en="it is longer than 1 MiB.", ja="1 MiB を超えています。")
HEADER_WANTED = Text(
    en="Give CSV in UTF-8 whose first line names the columns, or a plain list with one domain a line.",
    ja="1 行目に列名がある UTF-8 の CSV か、1 行に 1 ドメインの一覧を指定してください。",
)
UTF16 = Text(en="The file is in UTF-16.", ja="ファイルの文字コードが UTF-16 です。")
SAVE_UTF8 = Text(en="Save it as CSV in UTF-8.", ja="UTF-8 の CSV として保存し直してください。")
LISTED = ("domain",)


def rows(path: Path, after: Place) -> Iterator[tuple[Place, Row]]:
    """Every row behind the place, empty lines left out."""
    csv.field_size_limit(LARGEST_FIELD)
    with open(path, "rb") as file:
        columns, delimiter, start = header(file)
        lines = Lines(file, after if after.offset else start)
        reader = csv.reader(lines, delimiter=delimiter, strict=True)
        while True:
            before = lines.begin()
            try:
                cells = next(reader)
            except StopIteration:
                return
            except csv.Error as error:
                yield from _salvaged(lines, before, columns, delimiter, error)
                continue
            if lines.line > before.line + 1 and strays(lines.taken(), delimiter):
                yield from _salvaged(lines, before, columns, delimiter, csv.Error())
            elif row := _row(before.line + 1, cells, columns, lines):
                yield lines.place, row


def _salvaged(
    lines: Lines, before: Place, columns: tuple[str, ...], delimiter: str, error: csv.Error
) -> Iterator[tuple[Place, Row]]:
    """The one line that begins a record which is not correct; the reader goes on behind it."""
    begins = before.line + 1
    if isinstance(error, LongLineError) and lines.place.line == begins:
        yield lines.place, unreadable(begins, TOO_LONG)
        return
    lines.back(before)
    source = iter([next(lines), '"\n'])
    try:
        cells = next(csv.reader(source, delimiter=delimiter))
    except csv.Error as why:
        yield lines.place, unreadable(begins, BROKEN.fill(why=_said(why)))
        return
    if next(source, None) is None:
        yield lines.place, unreadable(begins, OPEN_QUOTE.fill(line=begins, next=begins + 1))
    elif row := _row(begins, cells, columns, lines):
        yield lines.place, row


def _said(error: csv.Error) -> Text | str:
    return CELL_TOO_LONG if "field limit" in str(error) else str(error)


def _row(line: int, cells: list[str], columns: tuple[str, ...], lines: Lines) -> Row | None:
    if lines.undecodable:
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
    try:
        line = next(lines, "")
        delimiter = max(",;\t", key=line.count)
        cells = next(csv.reader([line.strip()], delimiter=delimiter), [])
    except LongLineError:
        raise UsageError(BAD_HEADER.fill(why=HEADER_TOO_LONG), HEADER_WANTED) from None
    except csv.Error as error:
        raise UsageError(BAD_HEADER.fill(why=_said(error)), HEADER_WANTED) from error
    if "domain" in {column_of(cell) for cell in cells}:
        return tuple(islice(cells, MOST_COLUMNS)), delimiter, lines.place
    if len(cells) <= 1:
        return LISTED, ",", Place()
    raise no_domain_column(cells)

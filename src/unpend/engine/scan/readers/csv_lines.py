"""The lines of a CSV file for `csv.reader`, each bounded, with a way back to where a record began."""

from __future__ import annotations

import csv
import re
from functools import lru_cache
from typing import BinaryIO

from unpend.engine.scan.rows import Place

LONGEST_LINE = 1 << 20
LONGEST_RECORD = 1 << 20


class LongLineError(csv.Error):
    """A line, or a record of several lines, that is too long to be one; the line was read to its end."""


class Lines:
    """Decoded lines of a binary file, and how many bytes and lines were taken.

    `undecodable` holds for the lines since `begin`.
    """

    def __init__(self, file: BinaryIO, place: Place) -> None:
        self._file = file
        self._began = place.offset
        self.undecodable = False
        self.back(place)

    def __iter__(self) -> Lines:
        return self

    def __next__(self) -> str:
        data = self._file.readline(LONGEST_LINE)
        if not data:
            raise StopIteration
        first = not self.offset
        self.offset += len(data)
        self.line += 1
        if len(data) == LONGEST_LINE and not data.endswith(b"\n"):
            self._skip()
            raise LongLineError
        if self.offset - self._began > LONGEST_RECORD and self.offset - self._began > len(data):
            raise LongLineError
        try:
            text = data.decode("utf-8-sig" if first else "utf-8")
            return text.replace("\0", "\ufffd") if b"\0" in data else text
        except UnicodeDecodeError:
            self.undecodable = True
            return data.decode("utf-8", "replace").replace("\0", "\ufffd")

    def _skip(self) -> None:
        while more := self._file.readline(LONGEST_LINE):
            self.offset += len(more)
            if more.endswith(b"\n"):
                return

    @property
    def place(self) -> Place:
        return Place(self.offset, self.line)

    def begin(self) -> Place:
        """A record begins here."""
        self._began = self.offset
        self.undecodable = False
        return Place(self.offset, self.line)

    def back(self, place: Place) -> None:
        """Go on from there instead."""
        self._file.seek(place.offset)
        self.offset, self.line = place.offset, place.line
        self.undecodable = False

    def taken(self) -> str:
        """What was read since `begin`, as far as a record may reach."""
        self._file.seek(self._began)
        data = self._file.read(min(self.offset - self._began, LONGEST_RECORD))
        self._file.seek(self.offset)
        return data.decode("utf-8", "replace")


def strays(record: str, delimiter: str) -> bool:
    """Whether a quotation mark stands outside of quoted cells: then those that `csv` saw may be others than were meant."""
    return '"' in _quoted(delimiter).sub("", record)


@lru_cache(3)
def _quoted(delimiter: str) -> re.Pattern[str]:
    return re.compile(rf'(?:\A\ufeff?|[{delimiter}\n])"(?:[^"]|"")*+"?')

"""The working folder of a scan: what is done, so that a scan that was killed loses nothing and repeats nothing.

`scan.json` says what is scanned and how; `segment-N.ndjson` are results, each written whole or not at all; a line of
`journal.ndjson` vouches for each with its checksum and the place where the input goes on.
"""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import msgspec

from unpend.engine.scan.rows import Place
from unpend.model.errors import UsageError
from unpend.model.text import Text

SCHEMA = "unpend.scan/1"
UNFINISHED = Text(en="{folder} holds an unfinished scan.", ja="{folder} に、終わっていないスキャンがあります。")
RESUME = Text(
    en="Go on with --resume, or delete the folder to start anew.",
    ja="--resume を付けて再開するか、フォルダーを削除して最初からやり直してください。",
)
OTHER = Text(
    en="The unfinished scan in {folder} was started with another {what}.",
    ja="{folder} の未完了のスキャンは、{what} が異なります。",
)
SAME_AGAIN = Text(
    en="Give the same command as before with --resume, or delete the folder to start anew.",
    ja="前回と同じコマンドに --resume を付けて実行するか、フォルダーを削除して最初からやり直してください。",
)
NO_JOURNAL = Text(
    en="{path} is not what a scan left there: {why}", ja="{path} はスキャンが残したファイルではありません: {why}"
)
DELETE_IT = Text(en="Delete {folder} to start anew.", ja="{folder} を削除して最初からやり直してください。")
MAKE_ROOM = Text(
    en="What was done is kept: make room, and give the same command with --resume.",
    ja="完了した分は残っています。空き容量を確保し、同じコマンドに --resume を付けて実行してください。",
)
CANNOT_WRITE = Text(en="{path} cannot be written: {why}", ja="{path} に書き込めません: {why}")


@dataclass(frozen=True, slots=True)
class Done:
    """One finished segment, as the journal vouches for it."""

    segment: int
    rows: int
    size: int
    sha256: str
    ends: Place


class Journal:
    """One scan's folder. Single writer; readers of a killed scan trust only what checks out."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.done: dict[int, Done] = {}
        self.new = False

    @property
    def spool(self) -> Path:
        """Where rows of an input that cannot be read twice are kept."""
        return self.folder / "input.ndjson"

    def open(self, manifest: dict[str, Any], *, resume: bool) -> None:
        """Start, or go on where the last run was killed. UsageError where that would mix two scans."""
        held = self.folder / "scan.json"
        if held.exists():
            self._resume(_told(held), manifest, resume)
            return
        try:
            self.folder.mkdir(exist_ok=True)
            self.new = True
            self._path.unlink(missing_ok=True)
            written(held, msgspec.json.encode({"schema": SCHEMA, **manifest}))
        except OSError as error:
            raise UsageError(CANNOT_WRITE.fill(path=self.folder, why=error.strerror or error)) from error

    def _resume(self, before: dict[str, Any], manifest: dict[str, Any], resume: bool) -> None:
        if not resume:
            raise UsageError(UNFINISHED.fill(folder=self.folder), RESUME)
        for key, value in msgspec.json.decode(msgspec.json.encode(manifest)).items():
            if before.get(key) != value:
                raise UsageError(OTHER.fill(folder=self.folder, what=key), SAME_AGAIN)
        self.done = {each.segment: each for each in self._vouched() if self._holds(each)}

    def _vouched(self) -> Iterator[Done]:
        """The journal's lines up to the first that is torn."""
        try:
            lines = self._path.read_bytes().split(b"\n")
        except FileNotFoundError:
            return
        for line in lines[:-1]:
            try:
                yield msgspec.json.decode(line, type=Done)
            except (msgspec.DecodeError, msgspec.ValidationError):
                return

    def _holds(self, done: Done) -> bool:
        try:
            data = self.segment(done.segment).read_bytes()
        except OSError:
            return False
        return len(data) == done.size and hashlib.sha256(data).hexdigest() == done.sha256

    @property
    def _path(self) -> Path:
        return self.folder / "journal.ndjson"

    def segment(self, number: int) -> Path:
        return self.folder / f"segment-{number:08d}.ndjson"

    def goes_on(self) -> tuple[int, Place]:
        """The first segment that is not done, and where the input goes on for it."""
        number = 0
        place = Place()
        while number in self.done:
            place = self.done[number].ends
            number += 1
        return number, place

    def finish(self, done: Done, data: bytes) -> None:
        """The segment first, then the line that vouches for it.

        Nothing waits for the disk: a kill loses nothing, and what a power cut loses fails its checksum and is done again.
        """
        try:
            written(self.segment(done.segment), data, wait=False)
            self._vouch(done)
        except OSError as error:
            raise UsageError(CANNOT_WRITE.fill(path=self.folder, why=error.strerror or error), MAKE_ROOM) from error
        self.done[done.segment] = done

    def _vouch(self, done: Done) -> None:
        line = msgspec.json.encode(done) + b"\n"
        with open(self._path, "r+b" if self._path.exists() else "x+b") as file:
            file.seek(self._whole_lines(file))
            file.truncate()
            file.write(line)

    def _whole_lines(self, file: BinaryIO) -> int:
        """Behind the last line feed: a torn line is overwritten."""
        size = file.seek(0, os.SEEK_END)
        file.seek(max(0, size - 4096))
        tail = file.read(4096)
        return size - len(tail) + tail.rfind(b"\n") + 1

    def results(self) -> Iterator[bytes]:
        """Every result line, in the order of the input."""
        for number in range(len(self.done)):
            with open(self.segment(number), "rb") as file:
                yield from file

    def discard(self) -> None:
        """The scan is over: its output stands. A kill in between leaves a folder that nobody goes on with."""
        over = self.folder.with_name(self.folder.name + ".over")
        shutil.rmtree(over, ignore_errors=True)
        with suppress(OSError):
            os.replace(self.folder, over)
        for folder in (over, self.folder):
            shutil.rmtree(folder, ignore_errors=True)


def _told(held: Path) -> dict[str, Any]:
    try:
        return msgspec.json.decode(held.read_bytes(), type=dict[str, Any])
    except (OSError, msgspec.MsgspecError) as error:
        raise UsageError(NO_JOURNAL.fill(path=held, why=error), DELETE_IT.fill(folder=held.parent)) from error


def done_of(segment: int, rows: int, data: bytes, ends: Place) -> Done:
    """The line that vouches for a segment."""
    return Done(segment, rows, len(data), hashlib.sha256(data).hexdigest(), ends)


def written(path: Path, data: bytes, *, wait: bool = True) -> None:
    """The file whole or not at all; `wait`: and on the disk when this returns."""
    half = path.with_name(path.name + ".half")
    with open(half, "wb") as file:
        file.write(data)
        if wait:
            file.flush()
            os.fsync(file.fileno())
    os.replace(half, path)

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
PIPE_IT = Text(
    en="What is not a file can be piped in: … | unpend scan -",
    ja="ファイルでないものはパイプで渡せます: … | unpend scan -",
)
EMPTY = Text(en="{path} is empty: there is nothing to scan.", ja="{path} は空です。スキャンするものがありません。")
NO_ROWS = Text(
    en="{path} has no rows: there is nothing to scan.", ja="{path} に行がありません。スキャンするものがありません。"
)
NOT_PARQUET = Text(
    en="{path} is not a readable Parquet file: {why}", ja="{path} は読み取れる Parquet ファイルではありません: {why}"
)
NO_MARK = Text(en="it does not begin as one", ja="先頭が Parquet の形ではありません")
COPY_AGAIN = Text(
    en="It may be damaged or not whole: make or copy it again.",
    ja="壊れているか、途中で切れている可能性があります。もう一度作成するか、コピーし直してください。",
)
BARE_CR = Text(
    en="The lines of {path} end with a lone carriage return (CR), as on old Macs.",
    ja="{path} の改行が CR だけ（旧 Mac の形式）です。",
)
SAVE_LF = Text(
    en="Save it with LF or CRLF: tr '\\r' '\\n' < OLD > NEW",
    ja="LF か CRLF で保存し直してください: tr '\\r' '\\n' < 元 > 新",
)
PACKED = Text(
    en="{path} is packed or a spreadsheet, not text.",
    ja="{path} は圧縮ファイルか表計算ソフトのファイルで、テキストではありません。",
)
AS_CSV = Text(en="Unpack it, or save it as CSV in UTF-8.", ja="展開するか、UTF-8 の CSV として保存してください。")
PACKINGS = (b"PK\x03\x04", b"\x1f\x8b", b"\x28\xb5\x2f\xfd", b"BZh", b"\xfd7zXZ", b"\xd0\xcf\x11\xe0")


class FileInput:
    """A file that can be read again from any place. What cannot be read at all is refused at once.

    `name` is what the visitor calls it, where it is a copy.
    """

    def __init__(self, path: Path, kind: str | None = None, name: str | Text = "") -> None:
        self.path = path
        self._name = name or path
        try:
            if not path.is_file():
                raise self._refused(
                    UNREADABLE, PIPE_IT if path.exists() else None, why=NOT_A_FILE if path.exists() else NOT_THERE
                )
            with open(path, "rb") as file:
                head = file.read(HEAD)
            self._held = path.stat()
        except OSError as error:
            raise self._refused(UNREADABLE, why=error.strerror or error) from error
        self.kind = kind or kind_of(head)
        self._refuse(head)
        if next(self.rows(Place()), None) is None:
            raise self._refused(NO_ROWS)

    def _refuse(self, head: bytes) -> None:
        """What its first bytes show to be nothing that a scan reads."""
        if not head.removeprefix(b"\xef\xbb\xbf").strip() and self._held.st_size <= HEAD:
            raise self._refused(EMPTY)
        if self.kind == "parquet":
            return
        if self.path.suffix.lower() == ".parquet":
            raise self._refused(NOT_PARQUET, COPY_AGAIN, why=NO_MARK)
        if head.startswith(PACKINGS):
            raise self._refused(PACKED, AS_CSV)
        if b"\r" in head.strip() and b"\n" not in head:
            raise self._refused(BARE_CR, SAVE_LF)

    def _refused(self, said: Text, hint: Text | None = None, **words: Any) -> UsageError:
        return UsageError(said.fill(path=self._name, **words), hint)

    @property
    def manifest(self) -> dict[str, Any]:
        """What has to be the same for a scan to go on."""
        return {"input": str(self.path.resolve()), "size": self._held.st_size, "changed": self._held.st_mtime_ns}

    @property
    def whole(self) -> int:
        """The offset behind the last row."""
        return self._held.st_size if self.kind != "parquet" else parquet_file.count(self.path)

    def rows(self, after: Place) -> Rows:
        """Every row behind the place."""
        try:
            yield from READERS[self.kind](self.path, after)
        except parquet_file.DamagedError as error:
            raise self._refused(NOT_PARQUET, COPY_AGAIN, why=error) from error
        except OSError as error:
            raise self._refused(UNREADABLE, why=error.strerror or error) from error


def kind_of(head: bytes) -> str:
    """The content tells, not the name."""
    if head.startswith(b"PAR1"):
        return "parquet"
    return "ndjson" if head.removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"{") else "csv"

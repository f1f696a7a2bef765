"""Whether a result can be written to where it is wanted: asked before the work, which may take hours."""

from __future__ import annotations

import stat
import tempfile
from collections.abc import Mapping
from pathlib import Path

from unpend.model.errors import UsageError
from unpend.model.text import Text

FOLDER = Text(
    en="{flag} {path} is a folder, and a file is wanted.", ja="{flag} の {path} はフォルダーです。ファイルが必要です。"
)
NAME_IN_FOLDER = Text(
    en="Name a file in it: {flag} {path}/result.{ending}",
    ja="その中のファイルを指定してください: {flag} {path}/result.{ending}",
)
NO_FILE = Text(
    en="{flag} {path} is {kind}; the result needs a plain file, which appears when it is complete.",
    ja="{flag} の {path} は{kind}です。結果は、完成してから現れる通常のファイルに書きます。",
)
TO_STDOUT = Text(
    en="Leave --out away to write to stdout, and pipe it on.",
    ja="標準出力に出してパイプで渡すには、--out を外してください。",
)
KINDS = {
    stat.S_IFCHR: Text(en="a device", ja="デバイス"),
    stat.S_IFBLK: Text(en="a device", ja="デバイス"),
    stat.S_IFIFO: Text(en="a named pipe", ja="名前付きパイプ"),
    stat.S_IFSOCK: Text(en="a socket", ja="ソケット"),
}
STDOUT = Text(en="no file", ja="ファイルではないもの")
NO_FOLDER = Text(en="The folder of {flag} {path} does not exist.", ja="{flag} の {path} を置くフォルダーがありません。")
MAKE_FOLDER = Text(en="Make it first: mkdir -p {folder}", ja="先に作成してください: mkdir -p {folder}")
NOT_HERE = Text(en="{flag} {path} cannot be written: {why}", ja="{flag} の {path} に書き込めません: {why}")
ELSEWHERE = Text(
    en="Name a file in a folder that you may write to.", ja="書き込みのできるフォルダーのファイルを指定してください。"
)
SAME_FILE = Text(
    en="{flag} {path} would take the place of {other}.", ja="{flag} の {path} は {other} と同じファイルです。"
)
ANOTHER = Text(en="Name another file.", ja="別のファイルを指定してください。")


def refuse_unwritable(flag: str, path: Path, ending: str, others: Mapping[str, Path]) -> None:
    """UsageError where a complete file could not be put there in the end, or would take the place of another of them."""
    try:
        _refuse_what_stands(flag, path, ending)
        for name, other in others.items():
            if path.resolve() == other.resolve():
                raise UsageError(SAME_FILE.fill(flag=flag, path=path, other=name), ANOTHER)
        with tempfile.TemporaryFile(dir=path.parent):
            pass
    except OSError as error:
        raise UsageError(NOT_HERE.fill(flag=flag, path=path, why=error.strerror or error), ELSEWHERE) from error


def _refuse_what_stands(flag: str, path: Path, ending: str) -> None:
    if path == Path("-"):
        raise UsageError(NO_FILE.fill(flag=flag, path=path, kind=STDOUT), TO_STDOUT)
    try:
        mode = path.stat().st_mode
    except FileNotFoundError:
        if not path.parent.exists():
            raise UsageError(NO_FOLDER.fill(flag=flag, path=path), MAKE_FOLDER.fill(folder=path.parent)) from None
        return
    if stat.S_ISDIR(mode):
        raise UsageError(FOLDER.fill(flag=flag, path=path), NAME_IN_FOLDER.fill(flag=flag, path=path, ending=ending))
    if not stat.S_ISREG(mode):
        kind = KINDS.get(stat.S_IFMT(mode), "?")
        raise UsageError(NO_FILE.fill(flag=flag, path=path, kind=kind), TO_STDOUT if flag == "--out" else ELSEWHERE)

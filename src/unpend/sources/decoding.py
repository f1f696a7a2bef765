"""Bytes of a file as text, whatever program saved it."""

from __future__ import annotations

import codecs
import re

from unpend.model.errors import ExpectationError
from unpend.model.text import Text

LARGEST = 1024 * 1024
TOO_LARGE = Text(
    en="The file is too large: no more than {mebibytes} MiB are read.",
    ja="ファイルが大きすぎます。読み取れるのは {mebibytes} MiB までです。",
)
TOO_LARGE_HINT = Text(
    en="Give only the part with the records of this domain.",
    ja="このドメインのレコードが書かれた部分だけを指定してください。",
)
NOT_TEXT = Text(
    en="The file is not text, or is in an encoding that is not known here.",
    ja="ファイルがテキストではないか、対応していない文字コードです。",
)
NOT_TEXT_HINT = Text(
    en="Save it as UTF-8 text; a spreadsheet has to be exported as CSV.",
    ja="UTF-8 のテキストとして保存してください。表計算ソフトのファイルは CSV 形式で書き出してください。",
)
_CONTROL = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\uf8f0-\uf8f3]")
_MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))


def decode_bytes(data: bytes) -> str:
    """UTF-8 and UTF-16 with or without a mark, then Shift_JIS as Windows writes it (Excel in Japan)."""
    if len(data) > 2 * LARGEST:
        raise ExpectationError(TOO_LARGE.fill(mebibytes=1), TOO_LARGE_HINT)
    for encoding in _encodings(data):
        try:
            text = data.decode(encoding)
        except UnicodeError:
            continue
        if is_text(text):
            return text
    raise ExpectationError(NOT_TEXT, NOT_TEXT_HINT)


def _encodings(data: bytes) -> tuple[str, ...]:
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return (encoding,)
    if data[1:2] == b"\0":
        return ("utf-16-le",)
    return ("utf-16-be",) if data[:1] == b"\0" else ("utf-8", "cp932")


def is_text(text: str) -> bool:
    """Whether there are no control characters beyond line ends and tabs, nor what Shift_JIS makes of stray bytes."""
    return _CONTROL.search(text) is None

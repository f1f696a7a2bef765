"""What comes from DNS, files and the network is hostile: nothing of it reaches a terminal or a page raw."""

from __future__ import annotations

import re
import unicodedata

_MARKDOWN = re.compile(r"([\\`*_{}\[\]<>#|~!])")


def for_terminal(text: str) -> str:
    """The text with control, format and unassigned characters shown as escapes; line feeds become spaces."""
    return "".join(_shown(char) for char in text)


def _shown(char: str) -> str:
    if char == "\n" or char == "\t":
        return " "
    if unicodedata.category(char) in {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}:
        return f"\\u{{{ord(char):x}}}"
    return char


def for_markdown(text: str) -> str:
    """The same, with Markdown's and HTML's own characters escaped."""
    return _MARKDOWN.sub(r"\\\1", for_terminal(text).replace("&", "&amp;"))

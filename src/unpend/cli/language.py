"""Which language the visitor reads: the flag, UNPEND_LANG, then the locale."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, Sequence

from unpend.model.text import Lang, Text


def language(argv: Sequence[str] | None = None, environ: Mapping[str, str] | None = None) -> Lang:
    """Read before the command line is parsed, since help and errors are in it too."""
    arguments = sys.argv[1:] if argv is None else argv
    environment = os.environ if environ is None else environ
    told = _flag(arguments) or environment.get("UNPEND_LANG", "")
    locale = next((v for key in ("LC_ALL", "LC_MESSAGES", "LANG") if (v := environment.get(key))), "")
    return "ja" if (told or locale).lower().startswith("ja") else "en"


def _flag(arguments: Sequence[str]) -> str:
    for index, argument in enumerate(arguments):
        if argument == "--lang" and index + 1 < len(arguments):
            return arguments[index + 1]
        if argument.startswith("--lang="):
            return argument.removeprefix("--lang=")
    return ""


def say(en: str, ja: str) -> str:
    """A help text in the visitor's language."""
    return Text(en, ja).of(language())

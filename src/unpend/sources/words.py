"""Small cleanings of what people paste: invisible characters, quotes from a word processor, names for messages."""

from __future__ import annotations

QUOTES = "\"'`“”„‟‘’‚‛«»＂＇"
_INVISIBLE = dict.fromkeys(map(ord, "\u200b\u200c\u200d\u2060\ufeff\u00ad\u200e\u200f\u202a\u202b\u202c\u202d\u202e"))


def visible(text: str) -> str:
    """The text without zero-width characters and surrounding space: web pages smuggle them into a copy."""
    return text.translate(_INVISIBLE).strip()


def unquoted(text: str) -> str:
    """The text without the quotes and spaces around it, straight or typographic."""
    return visible(text).strip(QUOTES).strip()


def short(text: str, limit: int = 80) -> str:
    """The text as a message may show it: printable and not endless."""
    clean = "".join(c if c.isprintable() else "�" for c in text[: limit + 1])
    return clean if len(clean) <= limit else clean[:limit] + "…"


def plain(name: str) -> str:
    """A name as people write it, without the final dot."""
    return name.removesuffix(".")

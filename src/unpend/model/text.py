"""A sentence that a person reads, in both languages, rendered once at the edge."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, Literal

Lang = Literal["en", "ja"]
# A sentence stays one when strangers' data is put into it: what is longer is cut, and how much is said.
MOST_ITEMS = 20
LONGEST = 600
# A sentence within a sentence, as a case file gives it back.
AS_READ = {"en", "ja", "params"}
_MX = re.compile(r"\d{1,5} \S+")


@dataclass(frozen=True, slots=True)
class Text:
    """One sentence in English and Japanese, with `{named}` places filled from `params`.

    Both languages are written side by side, so that neither can be forgotten.
    """

    en: str
    ja: str
    params: Mapping[str, Any] = field(default_factory=dict)

    def fill(self, **params: Any) -> Text:
        """The same sentence with more of its places known."""
        return Text(self.en, self.ja, {**self.params, **params})

    def of(self, lang: Lang) -> str:
        """The sentence in one language. A place may hold a Text, a sequence of names or a plain value."""
        template = self.ja if lang == "ja" else self.en
        return template.format_map({key: _shown(value, lang) for key, value in self.params.items()})


def _shown(value: Any, lang: Lang) -> str:
    if isinstance(value, Text):
        return value.of(lang)
    if isinstance(value, dict) and value.keys() == AS_READ:
        return Text(**value).of(lang)
    if isinstance(value, list | tuple | set | frozenset):
        joint = "、" if lang == "ja" else ", "
        more = [f"… (+{len(value) - MOST_ITEMS})"] if len(value) > MOST_ITEMS else []
        return joint.join([*(_shown(item, lang) for item in islice(value, MOST_ITEMS)), *more])
    shown = _without_final_dot(value) if isinstance(value, str) else str(value)
    return shown if len(shown) <= LONGEST else f"{shown[:LONGEST]}… (+{len(shown) - LONGEST})"


def _without_final_dot(value: str) -> str:
    """People read and paste names without the final dot; a sentence has its own."""
    bare = value.endswith(".") and value.count(".") > 1 and (" " not in value or _MX.fullmatch(value))
    return value[:-1] if bare else value

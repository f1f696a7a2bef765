"""The placeholder of a template or of the instructions was never replaced."""

from __future__ import annotations

import re

from unpend.diagnosis.case import Case
from unpend.diagnosis.keys import is_key
from unpend.diagnosis.wrong_value import Params, valued
from unpend.model.expected import ExpectedRecord
from unpend.model.text import Text
from unpend.standards.dkim import problem_of, read

TITLE = Text(en="A placeholder was never replaced", ja="値が仮のまま置き換えられていません")
SAYS = Text(
    en="{name} has the value {found}: a placeholder of the instructions or a template ({placeholder}) was never replaced. It has to be "
    "{expected}.",
    ja="{name} の値が {found} になっています。手順やテンプレートの仮の文字列（{placeholder}）が置き換えられていません。正しい値は {expected} です。",
)
PLACEHOLDER = re.compile(
    r"undefined|null(?=\.)|<[^>]*>|\\?[{]{1,2}[^}]*\}|\\?\$\\?\{?\w+|%\w+%|your[-_]?\w*|changeme|placeholder|"
    r"(?:^|(?<=\.))(?:token|region|tok[123]?|selector|x{3,})(?=\.)|\.\.|\[\w+\]|(?<=\.)example\.(?:com|net|org)\.$",
    re.IGNORECASE,
)


def recognises(case: Case, record: ExpectedRecord, value: str) -> Params | None:
    if is_key(record) and problem_of(read(value)) is None:
        return None
    if value.endswith("." + case.registrable):
        value = value.removesuffix(case.registrable)
    match = PLACEHOLDER.search(value)
    return None if match is None else {"placeholder": match.group()}


rule = valued("placeholder-in-value", TITLE, SAYS, recognises, explains=("wrong-target", "key-malformed"))

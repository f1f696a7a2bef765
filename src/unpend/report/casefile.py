"""The case file: what was wanted and what was heard, as JSON. The bug report, the fixture and the replay."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import msgspec

from unpend.model.errors import CaseFileError
from unpend.model.expected import Expected
from unpend.model.observation import Observation
from unpend.model.text import Text

SCHEMA = "unpend.case/1"
LIMIT = 32 << 20
DEEPEST = 5
TOO_LARGE = Text(en="The case file is larger than 32 MiB.", ja="ケースファイルが 32 MiB を超えています。")
NOT_A_CASE = Text(
    en="This is not a case file that unpend can read: {why}", ja="unpend のケースファイルとして読み取れません: {why}"
)
HINT = Text(
    en="`unpend check --save FILE` writes one; this version reads the schema {schema}.",
    ja="ケースファイルは `unpend check --save FILE` で作成できます。この版が読めるスキーマは {schema} です。",
)


class CaseFile(msgspec.Struct, frozen=True):
    """The whole file. Nothing in it is secret: questions to public DNS and their answers."""

    schema: str
    expected: Expected
    observation: Observation


def dump(expected: Expected, observation: Observation) -> bytes:
    """The case as indented JSON."""
    return msgspec.json.format(msgspec.json.encode(CaseFile(SCHEMA, expected, observation)), indent=1) + b"\n"


def load(data: bytes) -> tuple[Expected, Observation]:
    """The case that was saved. CaseFileError says what is wrong with the file."""
    hint = HINT.fill(schema=SCHEMA)
    if len(data) > LIMIT:
        raise CaseFileError(TOO_LARGE, hint)
    try:
        case = msgspec.json.decode(data, type=CaseFile)
        notes = tuple(map(_sentence, case.expected.notes))
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise CaseFileError(NOT_A_CASE.fill(why=error), hint) from error
    if case.schema != SCHEMA:
        raise CaseFileError(NOT_A_CASE.fill(why=f"schema {case.schema!r}"), hint)
    return replace(case.expected, notes=notes), case.observation


def _sentence(note: Text, depth: int = 0) -> Text:
    """A note with the sentences inside it, which JSON holds as plain objects."""
    return replace(note, params={key: _place(value, depth) for key, value in note.params.items()})


def _place(value: Any, depth: int) -> Any:
    if isinstance(value, list):
        return [_place(item, depth) for item in value]
    if not isinstance(value, dict) or set(value) != {"en", "ja", "params"} or depth > DEEPEST:
        return value
    return _sentence(msgspec.convert(value, Text), depth + 1)

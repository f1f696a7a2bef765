"""What the caller wants to know from a file, and the file's text with its structure."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any

from unpend.model.errors import ExpectationError
from unpend.model.text import Text

DEEPEST = 40
MOST_NODES = 100_000
MOST_DOCUMENTS = 200
_SPACE = re.compile(r"\s*")
_SMART = str.maketrans("“”„‟", '""""')
_YAML_KEYS = re.compile(
    r"^(?:---\s*)?[\s-]*\{?\s*[\"']?(?:name|records|type|purpose|DkimAttributes|VerificationAttributes|IdentityType)[\"']?\s*:",
    re.MULTILINE,
)

BROKEN_JSON = Text(
    en="The file looks like JSON but is not complete or not correct (line {line}, column {column}).",
    ja="ファイルは JSON のようですが、途中で切れているか正しくありません（{line} 行 {column} 列）。",
)
BROKEN_YAML = Text(
    en="The file looks like YAML but cannot be read as such (line {line}).",
    ja="ファイルは YAML のようですが、YAML として読み取れません（{line} 行）。",
)
UNREASONABLE = Text(
    en="The file's structure is nested too deeply, too large, or uses YAML aliases.",
    ja="ファイルの構造が深すぎるか大きすぎる、または YAML のエイリアスを使っています。",
)
SAVE_AGAIN = Text(
    en="Save the output again, completely and without changes.", ja="出力を変更せず、最後まで保存し直してください。"
)


@dataclass(frozen=True, slots=True)
class Asked:
    """The domain asked about (absolute), with the region (a known one) and signing zone that the caller gave."""

    domain: str
    region: str | None = None
    signing_zone: str | None = None


@dataclass(frozen=True, slots=True)
class Document:
    """A file's text; `data` is its JSON or YAML structure, or None where it has none; a tuple of several documents."""

    text: str
    data: Any = None


def document(text: str) -> Document:
    """The text with the structure that it has, if it has one."""
    start = text.lstrip()[:1]
    if start in ("{", "["):
        return Document(text, _json(text))
    return Document(text, _yaml(text) if _YAML_KEYS.search(text) else None)


def _json(text: str) -> Any:
    try:
        return json.loads(text)
    except RecursionError:
        raise ExpectationError(UNREASONABLE) from None
    except ValueError as first:
        try:
            return _documents(text) or json.loads(text.translate(_SMART))
        except (ValueError, RecursionError):
            line, column = getattr(first, "lineno", 1), getattr(first, "colno", 1)
            raise ExpectationError(BROKEN_JSON.fill(line=line, column=column), SAVE_AGAIN) from None


def _documents(text: str) -> tuple[Any, ...]:
    """JSON documents one after the other; nothing where that is not what the text is."""
    found: list[Any] = []
    decoder, at = json.JSONDecoder(), 0
    while rest := _SPACE.match(text, at):
        if rest.end() == len(text):
            return tuple(found)
        try:
            data, at = decoder.raw_decode(text, rest.end())
        except ValueError:
            return ()
        found.append(data)
        if len(found) > MOST_DOCUMENTS:
            raise ExpectationError(UNREASONABLE, SAVE_AGAIN)
    return ()


def _yaml(text: str) -> Any:
    """Plain strings, lists and mappings only: no tags, no aliases (they can grow without bound), no guessed types."""
    import yaml

    loader: Any = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
    try:
        _refuse_bombs(yaml, loader, text)
        found = tuple(yaml.load_all(text, Loader=loader))  # BaseLoader makes strings, lists and mappings only
        return found[0] if len(found) == 1 else found
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise ExpectationError(BROKEN_YAML.fill(line=line), SAVE_AGAIN) from None
    except (yaml.YAMLError, ValueError, TypeError, RecursionError):
        raise ExpectationError(BROKEN_YAML.fill(line=1), SAVE_AGAIN) from None


def _refuse_bombs(yaml: Any, loader: Any, text: str) -> None:
    depth = 0
    for nodes, event in enumerate(yaml.parse(text, Loader=loader)):
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        if depth > DEEPEST or nodes > MOST_NODES or isinstance(event, yaml.AliasEvent):
            raise ExpectationError(UNREASONABLE, SAVE_AGAIN)

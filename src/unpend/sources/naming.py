"""Names and values as files write them, brought into the one form of the model."""

from __future__ import annotations

import re

from unpend.model.errors import ExpectationError
from unpend.model.names import absolute, is_under, under
from unpend.model.records import joined_strings
from unpend.model.shapes import filled
from unpend.model.text import Text
from unpend.sources.suffixes import ends_in_known_top_level
from unpend.sources.words import plain, short, unquoted, visible

LONGEST = 1000
TYPES = frozenset({"CNAME", "TXT", "MX", "NS", "A", "AAAA"})
_LABEL = re.compile(r"\*|[a-z0-9_-]{1,63}")
_MX = re.compile(r"(\d{1,5})\s+(\S+)")

BAD_NAME = Text(en="{name} is not a name that DNS can hold.", ja="{name} は DNS の名前として使えません。")
BAD_TYPE = Text(
    en="{type} is not a record type that is looked at here.", ja="{type} はここで扱うレコードタイプではありません。"
)
BAD_TYPE_HINT = Text(en="Known are {types}.", ja="扱えるのは {types} です。")
NO_VALUE = Text(en="The {type} record {name} has no value.", ja="{name} の {type} レコードに値がありません。")
LOOK_AT_FILE = Text(
    en="Take the record as the mail provider shows it, and try again.",
    ja="メール配信サービスに表示されたとおりのレコードを使って、もう一度お試しください。",
)


def is_name(name: str) -> bool:
    """Whether an absolute name is made of letters, digits, hyphens, underscores and at most wildcards."""
    return len(name) <= 254 and all(_LABEL.fullmatch(label) for label in name[:-1].split("."))


def owner_name(text: str, domain: str) -> str:
    """The full owner name: a relative one is completed with the domain, a complete one is left alone."""
    name = _letters(unquoted(text[:LONGEST]).lower(), text)
    if name in ("@", "", plain(domain), domain):
        return domain
    full = absolute(name)
    if not (name.endswith(".") or is_under(full, domain) or looks_complete(name, domain)):
        full = under(name, domain)
    return _checked(full, text)


def looks_complete(name: str, domain: str) -> bool:
    """Whether a name without a final dot is a full name elsewhere: two labels at least, and a real top level."""
    host = re.sub(r"^.*_[^.]*\.", "", name)
    if "." not in host:
        return False
    return host.rpartition(".")[2] == plain(domain).rpartition(".")[2] or ends_in_known_top_level(host)


def record_type(text: str) -> str:
    """The record type in upper case."""
    type_ = unquoted(text).upper()
    if type_ not in TYPES:
        raise ExpectationError(BAD_TYPE.fill(type=short(text)), BAD_TYPE_HINT.fill(types=sorted(TYPES)))
    return type_


def record_value(type_: str, text: str, domain: str, name: str) -> str:
    """The value as the model holds it: targets absolute, TXT content unquoted."""
    clean = text_content(text) if type_ == "TXT" else unquoted(text)
    if not clean:
        raise ExpectationError(NO_VALUE.fill(type=type_, name=plain(name)), LOOK_AT_FILE)
    if type_ == "MX":
        found = _MX.fullmatch(clean)
        preference, host = (int(found[1]), found[2]) if found else (10, clean)
        return f"{preference} {target(host, domain)}"
    return target(clean, domain) if type_ in ("CNAME", "NS") else clean


def record_shape(type_: str, text: str, domain: str, name: str) -> str:
    """The shape of a value, checked with something in the place of what is not known."""
    record_value(type_, filled(text[:LONGEST], "x"), domain, name)
    clean = unquoted(text)
    return absolute(clean) if type_ in ("CNAME", "NS", "MX") else clean


def target(text: str, domain: str) -> str:
    """A name that a record points to; files of mail providers always mean it as a complete one."""
    name = _letters(unquoted(text[:LONGEST]).lower(), text)
    return domain if name == "@" else _checked(absolute(name), text)


def text_content(text: str) -> str:
    """The content of a TXT record, whether the file quotes it, splits it into strings, or neither."""
    clean = visible(text)
    if clean.startswith('"') and clean.endswith('"') and len(clean) > 1:
        return joined_strings(clean).strip()
    return unquoted(clean)


def _letters(name: str, text: str) -> str:
    if name.isascii():
        return name
    import idna

    try:
        return ".".join(label if label.isascii() else idna.encode(label, uts46=True).decode() for label in _cut(name))
    except (idna.IDNAError, UnicodeError):
        raise ExpectationError(BAD_NAME.fill(name=short(text)), LOOK_AT_FILE) from None


def _cut(name: str) -> list[str]:
    return re.split("[.。．｡]", name)


def _checked(name: str, text: str) -> str:
    if not is_name(name):
        raise ExpectationError(BAD_NAME.fill(name=short(text)), LOOK_AT_FILE)
    return name

"""Whose record it is that an edit would overwrite or delete: ours, another service's by name, or nobody knows."""

from __future__ import annotations

import re

from unpend.catalog import provider_of_record, provider_of_target, provider_of_txt, proxy_of
from unpend.diagnosis.case import Case
from unpend.model.expected import ExpectedRecord, Purpose
from unpend.model.names import labels
from unpend.model.text import Text

UNKNOWN = Text(en="somebody unknown", ja="不明な利用者")
ONE_OF_A_KIND = 14
SHORTEST_KEY = 40
SAME_IN_ALL = 60
PIECE = 30
_ANOTHER_KIND = re.compile(r'[\s"]*v\s*=\s*(?!dkim1)')


def ours(case: Case, name: str, type_: str, value: str) -> bool:
    """Whether the value is one that the wanted provider asked for, at whatever name and however mistyped.

    A label of fourteen characters and more is a token that was drawn for this domain alone: whatever else stands there
    was put there for it. An address there that belongs to a proxy is the proxy's, not a record of its own.
    """
    bare = value.lower().strip(' "').removesuffix(".")
    wanted = [v.lower().removesuffix(".") for record in case.records for v in record.values]
    return (
        any(_resembles(bare, each) for each in wanted)
        or bare in {record.name.removesuffix(".") for record in case.records}
        or (type_ != "MX" and _drawn_for_us(case, name))
        or (type_ in {"A", "AAAA"} and proxy_of(value) is not None)
    )


def _resembles(found: str, wanted: str) -> bool:
    """The same, with something before or behind, or the same token in another zone."""
    if not found:
        return False
    same_token = len(labels(wanted)[0]) >= ONE_OF_A_KIND and labels(found)[:1] == labels(wanted)[:1]
    return same_token or (len(wanted) >= ONE_OF_A_KIND and wanted in found) or found == wanted


def _same_key(found: str, wanted: str) -> bool:
    """Whether a key is the wanted one, however damaged, or too short to be anybody's.

    The first sixty characters tell nothing: they are the same in every RSA key of one size.
    """
    if _ANOTHER_KIND.match(found):
        return False
    held, asked = _material(found), _material(wanted)
    pieces = (held[i : i + PIECE] for i in range(SAME_IN_ALL, len(held) - PIECE + 1, 10))
    return len(held) < SHORTEST_KEY or held in asked or any(piece in asked for piece in pieces)


def _material(content: str) -> str:
    """The key of a DKIM record without anything that panels put into it."""
    return re.sub(r"[^a-z0-9]", "", content.partition("p=")[2])


def _drawn_for_us(case: Case, name: str) -> bool:
    """Whether the name is a wanted one whose first label nobody else uses."""
    first = labels(name)[:1]
    return bool(first) and len(first[0]) >= ONE_OF_A_KIND and any(record.name == name for record in case.records)


def owner_of(case: Case, name: str, type_: str, value: str) -> Text | None:
    """The other service that holds this record, `UNKNOWN` where nobody can tell, None where it is ours."""
    if ours(case, name, type_, value):
        return None
    wanted = _wanted_provider(case, name)
    found = provider_of_target(value) if type_ in {"CNAME", "MX", "NS"} else provider_of_txt(value)
    if found is not None:
        return None if found.id == wanted else found.name
    keys = [v for r in case.records if r.purpose is Purpose.DKIM and r.type == type_ == "TXT" for v in r.values]
    if any(_same_key(value.lower(), key.lower()) for key in keys):
        return None
    told = provider_of_record(name, type_, value)
    return UNKNOWN if told is None or wanted in {told.id, told.underneath} else told.name


def _wanted_provider(case: Case, name: str) -> str | None:
    """The provider that asks for the record at this name, by name or by what it asks for."""
    if case.expected.provider:
        return case.expected.provider
    here: list[ExpectedRecord] = [record for record in case.records if record.name == name]
    asked = [provider_of_target(v) or provider_of_txt(v) for record in here for v in record.values]
    return next((provider.id for provider in asked if provider), None)

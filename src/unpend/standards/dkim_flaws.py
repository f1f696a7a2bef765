"""What is wrong with the key records at a selector: what each of the known accidents leaves behind."""

from __future__ import annotations

import re
from collections.abc import Sequence
from enum import StrEnum

from unpend.standards.dkim import KeyRecord, Problem, lacking, problem_of, read, same_key, too_weak, whole

_ESCAPE = re.compile(r"\\(?!\d{3})")
_IN_FRONT = frozenset("vkhstng")
SHORTEST_PIECE = 20
_KEY_LIKE = re.compile(
    r"(?:^|[;\s\"\\])(?:v\s*=\s*DKIM1|k\s*=\s*(?:rsa|ed25519)|p\s*=)|[A-Za-z0-9+/]{40}", re.IGNORECASE
)


class Flaw(StrEnum):
    """One accident for each code of the family `key`."""

    IN_TWO_RECORDS = "key-in-two-records"
    CUT_AT_SEMICOLON = "key-cut-at-semicolon"
    ESCAPED = "key-escaped"
    QUOTED = "key-quoted"
    STRINGS_OUT_OF_ORDER = "key-strings-out-of-order"
    REVOKED = "key-revoked"
    TRUNCATED = "key-truncated"
    MISMATCH = "key-mismatch"
    TOO_WEAK = "key-too-weak"
    MALFORMED = "key-malformed"


def flaw_of(records: Sequence[Sequence[str]], wanted: str) -> Flaw | None:
    """The accident that explains these records (each a sequence of strings) at the selector of the wanted key.

    Several whole records are nobody's accident with a key; what has nothing of a key record is another value.
    """
    if len(records) != 1:
        return _in_pieces(["".join(strings) for strings in records])
    content = "".join(records[0])
    if _ESCAPE.search(content) and _KEY_LIKE.search(content):
        return Flaw.ESCAPED
    if '"' in content and _KEY_LIKE.search(content):
        return Flaw.QUOTED
    if problem_of(read(content)) is not None and whole(records[0]) is not None:
        return Flaw.STRINGS_OUT_OF_ORDER
    return _in_content(content, wanted)


def _in_pieces(contents: Sequence[str]) -> Flaw | None:
    """One key that lies in several records: cut at its semicolons, or anywhere."""
    headed = [content for content in contents if not _headless(read(content))]
    alone = len(headed) == 1 and problem_of(read(headed[0])) is None
    if len(headed) < len(contents) and (alone or whole(contents, ";") is not None):
        return Flaw.CUT_AT_SEMICOLON
    if any(problem_of(read(content)) is None for content in contents):
        return None
    return Flaw.IN_TWO_RECORDS if whole(contents) is not None else None


def _in_content(content: str, wanted: str) -> Flaw | None:
    key, asked = read(content), read(wanted)
    if key.revoked:
        return Flaw.REVOKED
    if _headless(key):
        return Flaw.CUT_AT_SEMICOLON
    problem = problem_of(key)
    if problem in {Problem.BASE64, Problem.ENCODING} and _shortened(key, asked):
        return Flaw.TRUNCATED
    if problem is None and asked.is_known:
        return None if same_key(content, wanted) else Flaw.MISMATCH
    if problem is None:
        return Flaw.TOO_WEAK if too_weak(key) else None
    return Flaw.MALFORMED if asked.is_shape or _KEY_LIKE.search(content) else None


def _headless(key: KeyRecord) -> bool:
    """Whether only what stands in front of a key is there: `v=DKIM1`, `k=rsa`."""
    return key.problem is None and bool({"v", "k"} & set(key.tags)) and set(key.tags) <= _IN_FRONT


def _shortened(key: KeyRecord, asked: KeyRecord) -> bool:
    """Whether the end of the key is missing: by the key's own account, or beside the wanted one."""
    if lacking(key.material) > 0:
        return True
    begins = asked.material.startswith(key.material.rstrip("="))
    return asked.is_known and key.type == asked.type and begins and len(key.material) >= SHORTEST_PIECE

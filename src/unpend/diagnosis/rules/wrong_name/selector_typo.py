"""A character of the token or of `_domainkey` is wrong, missing or too many."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from unpend.diagnosis.case import Case
from unpend.diagnosis.misplaced import misplaced
from unpend.model.expected import ExpectedRecord
from unpend.model.names import labels, under
from unpend.model.text import Text

TITLE = Text(en="A typing slip in the record's name", ja="レコード名に打ち間違いがあります")
SAYS = Text(
    en="The record stands at {found}, which differs from the wanted name by a character. It has to stand at {name}.",
    ja="レコードが {found} に登録されており、正しい名前と文字が異なります。正しい名前は {name} です。",
)
DOMAINKEY_SLIPS = (
    "_domainkeys",
    "_domain.key",
    "_domainkey_",
    "_domain_key",
    "_domaikey",
    "_domankey",
    "_dkim",
    "__domainkey",
)
TOKEN_QUESTIONS = 210
CONFUSED = {
    "o": "0",
    "0": "o",
    "l": "1i",
    "1": "li",
    "i": "l1",
    "5": "s",
    "s": "5",
    "2": "z",
    "z": "2",
    "b": "6",
    "6": "b",
}


def slips(case: Case, record: ExpectedRecord) -> Iterator[str]:
    """The label's slips always, the token's only where something lives under `_domainkey`: else there is nothing to find."""
    parts = labels(record.name)
    if parts[1:2] != ("_domainkey",):
        return
    token, rest = parts[0], record.name.split("._domainkey.", 1)[1]
    yield from (f"{token}.{label}.{rest}" for label in DOMAINKEY_SLIPS)
    yield f"_{record.name}"
    if case.exists(under("_domainkey", rest)) and not case.exists(record.name):
        yield from neighbours(case, record, rest)
        share = TOKEN_QUESTIONS // sum(case.not_there(each) for each in case.records)
        yield from (f"{wrong}._domainkey.{rest}" for wrong in islice(dict.fromkeys(token_slips(token)), share))


def token_slips(token: str) -> Iterator[str]:
    """The likeliest first: one character lost, taken for its look-alike, swapped with its neighbour, typed twice."""
    places = range(len(token))
    yield from (token[:i] + token[i + 1 :] for i in (len(token) - 1, *places))
    yield from (token[:i] + like + token[i + 1 :] for i in places for like in CONFUSED.get(token[i], ""))
    yield from (token[:i] + token[i + 1] + token[i] + token[i + 2 :] for i in places[:-1] if token[i] != token[i + 1])
    yield from (token[:i] + token[i] + token[i:] for i in places)


def neighbours(case: Case, record: ExpectedRecord, rest: str) -> Iterator[str]:
    """Names that a signed zone's denials gave away (NSEC, RFC 4034 section 4)."""
    for exchange in case.said(record.name, record.type):
        for nsec in (r for r in exchange.authority if r.type == "NSEC"):
            yield from (n for n in (nsec.name, nsec.value.split()[0]) if n.endswith(f"._domainkey.{rest}"))


rule = misplaced("selector-typo", TITLE, SAYS, slips)

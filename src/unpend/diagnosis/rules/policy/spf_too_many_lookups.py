"""More than ten look-ups: receivers give up and take the record for void (RFC 7208 section 4.6.4)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from unpend.diagnosis.case import Case
from unpend.diagnosis.rule import Rule
from unpend.diagnosis.spf_view import counted, evaluation, spf_views, told_about
from unpend.model.finding import Finding
from unpend.model.records import Exchange, Question
from unpend.model.text import Text
from unpend.standards.spf import MOST_LOOKUPS, MOST_MX_NAMES
from unpend.standards.spf_evaluation import Evaluation

TITLE = Text(en="SPF takes more than ten look-ups", ja="SPF の参照回数が 10 回を超えています")
SAYS = Text(
    en="The SPF record of {name} takes {lookups} look-ups; receivers stop at {most} and take it for void. They come from: {costs}",
    ja="{name} の SPF レコードは DNS 参照が {lookups} 回必要です。受信側は {most} 回を超えると無効とみなします。内訳: {costs}",
)
LOOP = Text(
    en="The SPF record of {name} comes back to itself by way of {loops}: receivers stop after {most} look-ups and take it for void.",
    ja="{name} の SPF レコードは {loops} を経由して循環しています。受信側は {most} 回の参照で打ち切り、無効とみなします。",
)
CROWDED = Text(
    en="The SPF record of {name} has “mx” for {crowded}, which has more than {most} MX records: receivers take it for void.",
    ja="{name} の SPF レコードの「mx」が指す {crowded} には MX が {most} 件より多くあり、受信側は SPF を無効とみなします。",
)


def finds(case: Case) -> Iterator[Finding]:
    for view in spf_views(case):
        found = evaluation(case, view)
        says, further, told = _void(case, found) if found else (None, (), {})
        if says is not None:
            proof = (*view.heard.exchanges[:2], *further)
            yield rule.finding(view.name, says, proof, severity=view.severity, **told)


def _void(case: Case, found: Evaluation) -> tuple[Text | None, tuple[Exchange, ...], dict[str, Any]]:
    """What makes a receiver give up, with its proof and the sentence's places."""
    if found.loops:
        told = told_about(case, *(Question(name, "TXT") for name in found.loops))
        return LOOP, told, {"loops": found.loops, "most": MOST_LOOKUPS}
    if found.lookups > MOST_LOOKUPS:
        return (
            SAYS,
            told_about(case, *found.told),
            {"lookups": counted(found), "most": MOST_LOOKUPS, "costs": costs(found)},
        )
    if found.crowded:
        told = told_about(case, *(Question(name, "MX") for name in found.crowded))
        return CROWDED, told, {"crowded": found.crowded, "most": MOST_MX_NAMES}
    return None, (), {}


def costs(found: Evaluation) -> tuple[str, ...]:
    """What each term costs, the dearest first."""
    return tuple(f"{term} ({cost})" for term, cost in sorted(found.costs, key=lambda each: -each[1]))


rule = Rule("spf-too-many-lookups", "policy", TITLE, finds, reaches_below=False)

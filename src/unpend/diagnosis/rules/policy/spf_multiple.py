"""Two or more SPF records at one name: receivers then take none (RFC 7208 section 4.5)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from unpend.diagnosis.case import Case
from unpend.diagnosis.policy import OTHER_VALUE
from unpend.diagnosis.rule import Rule
from unpend.diagnosis.spf_view import spf_views
from unpend.model.finding import Finding
from unpend.model.text import Text
from unpend.standards.spf import joined, spf_records

TITLE = Text(en="Several SPF records at one name", ja="同じ名前に SPF レコードが複数あります")
SAYS = Text(
    en="At {name} stand {count} SPF records, and receivers then take none of them. Make one of them: {merged}",
    ja="{name} に SPF レコードが {count} 件あり、受信側はどれも使いません。次の 1 件にまとめてください: {merged}",
)


def finds(case: Case) -> Iterator[Finding]:
    for view in spf_views(case):
        heard = [e for e, texts in view.heard.sets if len(spf_records(texts)) > 1]
        if heard:
            asked_for = spf_records(view.wanted.values) if view.wanted else ()
            found = tuple(sorted(spf_records(view.heard.texts), key=lambda record: record in asked_for))
            told: dict[str, Any] = {"count": len(found), "found": found, "merged": merged(found)}
            yield rule.finding(view.name, SAYS, heard, severity=view.severity, **told)


def merged(records: tuple[str, ...]) -> str:
    """One record with the terms of all."""
    one = records[0]
    for other in records[1:]:
        one = joined(one, other)
    return one


rule = Rule("spf-multiple", "policy", TITLE, finds, explains=OTHER_VALUE, reaches_below=False)

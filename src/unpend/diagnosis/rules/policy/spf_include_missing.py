"""The provider's term is not in the domain's SPF record, or the record includes one that does not exist (section 5.2)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from unpend.diagnosis.case import Case
from unpend.diagnosis.policy import OTHER_VALUE
from unpend.diagnosis.rule import Rule
from unpend.diagnosis.spf_view import SpfView, evaluation, spf_views, told_about
from unpend.model.finding import Finding
from unpend.model.records import Question
from unpend.model.text import Text
from unpend.standards.spf import lacking, spf_records

TITLE = Text(en="An include is missing from SPF", ja="SPF に include が足りません")
SAYS = Text(
    en="The SPF record of {name} lacks {lacking}, which the provider asks for. Add it to the record that is there; a second SPF record "
    "would make both void.",
    ja="{name} の SPF レコードに、事業者が求める {lacking} がありません。既存のレコードに書き足してください。SPF レコードを"
    "もう 1 件追加すると、両方とも無効になります。",
)
DANGLING = Text(
    en="The SPF record of {name} includes {included}, which has no SPF record: receivers take the whole record for void. Delete that term, "
    "or correct its name.",
    ja="{name} の SPF レコードが参照する {included} に SPF レコードがないため、受信側はレコード全体を無効とみなします。"
    "その記述を削除するか、名前を訂正してください。",
)


def finds(case: Case) -> Iterator[Finding]:
    for view in spf_views(case):
        if view.content is None:
            continue
        missing = tuple(term for value in wanted(view) for term in lacking(view.content, value))
        if missing:
            params: dict[str, Any] = {"lacking": missing, "content": view.content}
            yield rule.finding(view.name, SAYS, view.heard.exchanges, severity=view.severity, **params)
        found = evaluation(case, view)
        for included in found.dangling if found else ():
            proof = (*told_about(case, Question(included, "TXT")), *view.heard.exchanges)
            yield rule.finding(view.name, DANGLING, proof, severity=view.severity, included=included)


def wanted(view: SpfView) -> tuple[str, ...]:
    """The SPF records that are asked for at this name."""
    return spf_records(view.wanted.values) if view.wanted else ()


rule = Rule("spf-include-missing", "policy", TITLE, finds, explains=OTHER_VALUE, reaches_below=False)

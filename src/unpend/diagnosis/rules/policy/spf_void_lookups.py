"""More than two look-ups that find nothing: receivers take the record for void (RFC 7208 section 4.6.4)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from unpend.diagnosis.case import Case
from unpend.diagnosis.rule import Rule
from unpend.diagnosis.spf_view import evaluation, spf_views, told_about
from unpend.model.finding import Finding
from unpend.model.text import Text
from unpend.standards.spf import MOST_VOID_LOOKUPS

TITLE = Text(en="SPF names too much that does not exist", ja="SPF に存在しない名前が多すぎます")
SAYS = Text(
    en="{count} look-ups of the SPF record of {name} find nothing: {void}. Many receivers stop after {most} and take the record for void. "
    "Delete those terms.",
    ja="{name} の SPF レコードが参照する名前のうち {count} 件（{void}）には何もありません。多くの受信側は {most} 件を超えると"
    "レコード全体を無効とみなします。該当する記述を削除してください。",
)


def finds(case: Case) -> Iterator[Finding]:
    for view in spf_views(case):
        found = evaluation(case, view)
        if found is not None and len(found.void) > MOST_VOID_LOOKUPS:
            void = tuple(str(question) for question in found.void)
            proof = (*view.heard.exchanges[:2], *told_about(case, *found.void))
            params: dict[str, Any] = {"count": len(void), "void": void, "most": MOST_VOID_LOOKUPS}
            yield rule.finding(view.name, SAYS, proof, severity=view.severity, **params)


rule = Rule("spf-void-lookups", "policy", TITLE, finds, explains=("spf-include-missing",), reaches_below=False)

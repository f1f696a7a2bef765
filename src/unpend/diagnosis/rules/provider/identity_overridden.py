"""A more specific identity takes the place of the domain's, and does not sign: its mail leaves without DKIM."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from unpend.diagnosis.case import Case
from unpend.diagnosis.provider_view import SUCCESS, heard_of
from unpend.diagnosis.rule import Rule
from unpend.model.finding import Finding, Severity
from unpend.model.text import Text

TITLE = Text(
    en="A more specific identity overrides the domain's", ja="より詳細な ID がドメインの ID より優先されています"
)
SAYS = Text(
    en="{domain} is verified, but mail from {overriding} goes by an identity of its own, which does not sign with DKIM: Amazon SES takes the "
    "most specific identity. Switch DKIM on there; deleting it would also do, but look first who uses it.",
    ja="{domain} は検証済みですが、{overriding} からのメールにはそれ自身の ID が使われ、DKIM 署名が行われません。Amazon SES は最も詳細な ID を優先します。"
    "その ID で DKIM を有効にしてください。ID を削除する方法もありますが、利用状況を先に確認してください。",
)


def finds(case: Case) -> Iterator[Finding]:
    view, evidence = case.expected.view, heard_of(case)
    if view is None or not view.overriding or view.dkim_status != SUCCESS or not evidence:
        return
    told: dict[str, Any] = {"domain": case.domain, "overriding": view.overriding}
    yield rule.finding(case.domain, SAYS, evidence, severity=Severity.WARNING, **told)


rule = Rule("identity-overridden", "provider", TITLE, finds)

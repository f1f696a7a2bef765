"""The record lets everybody send (`+all`, `ip4:0.0.0.0/0`), or says nothing of anybody (`?all`)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from unpend.diagnosis.case import Case
from unpend.diagnosis.rule import Rule
from unpend.diagnosis.spf_view import evaluation, spf_views, told_about
from unpend.model.finding import Finding, Severity
from unpend.model.text import Text

TITLE = Text(en="SPF lets everybody send", ja="SPF が誰にでも送信を許可しています")
SAYS = Text(
    en="The SPF record of {name} lets everybody send in its name ({term}): spam then passes SPF. End it with ~all or -all.",
    ja="{name} の SPF レコードは誰にでも送信を許可しており（{term}）、迷惑メールも SPF に合格します。"
    "末尾を ~all または -all にしてください。",
)
NEUTRAL = Text(
    en="The SPF record of {name} ends with ?all, which says nothing of senders that are not listed. ~all or -all says something.",
    ja="{name} の SPF レコードの末尾は ?all で、記載のない送信者について何も示していません。~all または -all を検討してください。",
)


def finds(case: Case) -> Iterator[Finding]:
    for view in spf_views(case):
        found = evaluation(case, view)
        last = view.spf.terms[-1:] if view.spf else ()
        if found is not None and found.everybody:
            told: dict[str, Any] = {"term": found.everybody[0], "content": view.content}
            proof = (*view.heard.exchanges[:2], *told_about(case, *found.told))
            yield rule.finding(view.name, SAYS, proof, severity=Severity.WARNING, **told)
        elif case.expected.policy and any(term.text.lower() == "?all" for term in last):
            yield rule.finding(view.name, NEUTRAL, view.heard.exchanges, severity=Severity.INFO, content=view.content)


rule = Rule("spf-permissive", "policy", TITLE, finds, reaches_below=False)

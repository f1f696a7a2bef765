"""No SPF record where one is wanted or wished for (RFC 7208 section 4.5)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from unpend.diagnosis.case import Case
from unpend.diagnosis.policy import mail_from_names
from unpend.diagnosis.rule import Rule
from unpend.diagnosis.spf_view import spf_views
from unpend.model.expected import Purpose
from unpend.model.finding import Finding, Severity
from unpend.model.text import Text
from unpend.standards.spf import is_meant_as_spf

TITLE = Text(en="There is no SPF record", ja="SPF レコードがありません")
SAYS = Text(
    en="{name} has no SPF record, so nobody can tell who may send with it as the envelope sender.",
    ja="{name} に SPF レコードがないため、このドメインを送信元（エンベロープ From）として使ってよい送信者を誰も判断できません。",
)
ELSEWHERE = Text(
    en="{name} has no SPF record. For mail through {provider} that is no fault: it uses an envelope sender of its own, {sender}.",
    ja="{name} に SPF レコードがありません。{provider} は別の送信元（エンベロープ From）{sender} を使うため、"
    "{provider} からの送信には影響しません。",
)
ITS_OWN = Text(en="in its own domain", ja="（事業者自身のドメイン）")


def finds(case: Case) -> Iterator[Finding]:
    for view in spf_views(case):
        others = any(map(is_meant_as_spf, view.heard.texts))
        if view.records or others or (view.wanted and view.wanted.purpose is Purpose.MAIL_FROM):
            continue
        if view.wanted is None and case.expected.provider == "ses":
            sender = mail_from_names(case) or ITS_OWN
            told: dict[str, Any] = {"provider": "Amazon SES", "sender": sender}
            yield rule.finding(view.name, ELSEWHERE, view.heard.exchanges, severity=Severity.INFO, **told)
        else:
            yield rule.finding(view.name, SAYS, view.heard.exchanges, severity=view.severity)


rule = Rule("spf-missing", "policy", TITLE, finds, explains=("record-missing",), reaches_below=False)

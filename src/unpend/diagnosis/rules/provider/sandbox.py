"""The domain is verified, but the account may only send to addresses that are verified too."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from unpend.diagnosis.case import Case
from unpend.diagnosis.provider_view import SUCCESS, heard_of
from unpend.diagnosis.rule import Rule
from unpend.model.finding import Finding, Severity
from unpend.model.text import Text

TITLE = Text(en="The account is in the sending sandbox", ja="アカウントが送信サンドボックス内にあります")
SAYS = Text(
    en="{domain} is verified, but the account is in the sandbox of Amazon SES in {region}: mail goes only to verified addresses, 200 a "
    "day. This has nothing to do with the records; ask for production access in the SES console.",
    ja="{domain} は検証済みですが、アカウントは {region} の Amazon SES サンドボックス内にあり、検証済みの宛先にしか送信できません（1 日 200 通まで）。"
    "レコードとは関係ありません。SES コンソールで本稼働アクセスを申請してください。",
)


def finds(case: Case) -> Iterator[Finding]:
    view, evidence = case.expected.view, heard_of(case)
    if view is None or view.production is not False or view.verification_status != SUCCESS or not evidence:
        return
    told: dict[str, Any] = {"domain": case.domain, "region": case.expected.region or "?"}
    yield rule.finding(case.domain, SAYS, evidence, severity=Severity.WARNING, **told)


rule = Rule("sandbox", "provider", TITLE, finds)

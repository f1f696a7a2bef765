"""The account that was asked has no such identity: nothing there can be verified."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from unpend.diagnosis.case import Case
from unpend.diagnosis.provider_view import heard_of
from unpend.diagnosis.rule import Rule
from unpend.model.finding import Confidence, Finding
from unpend.model.plan import Errand, Where
from unpend.model.text import Text

TITLE = Text(en="The account has no such identity", ja="アカウントに該当する ID がありません")
SAYS = Text(
    en="The AWS account that was asked has no identity {domain} in Amazon SES ({searched} regions answered): nothing there looks for "
    "records. It was deleted, was never created, or belongs to another account.",
    ja="問い合わせた AWS アカウントの Amazon SES には、{domain} の ID がありません（{searched} 個のリージョンが応答）。そのため、レコードの確認は行われません。"
    "ID が削除されたか、未作成か、別のアカウントにあります。",
)
SOME_SILENT = Text(
    en="The AWS account that was asked has no identity {domain} in those {searched} regions of Amazon SES that answered; {unanswered} did "
    "not. It was deleted, was never created, or belongs to another account.",
    ja="問い合わせた AWS アカウントの Amazon SES のうち、応答した {searched} 個のリージョンには {domain} の ID がありません。{unanswered} からは応答が得られませんでした。"
    "ID が削除されたか、未作成か、別のアカウントにあります。",
)
CURE = Text(
    en="Ask with the credentials of the account that sends (--profile), or create the identity there: `aws sesv2 create-email-identity "
    "--email-identity {domain}`. If another provider sends for the domain, give what it asked for with --expect.",
    ja="送信に使うアカウントの認証情報（--profile）で問い合わせるか、そのアカウントで ID を作成してください: `aws sesv2 create-email-identity "
    "--email-identity {domain}`。別の事業者から送信している場合は、その事業者が求めるレコードを --expect で指定してください。",
)


def finds(case: Case) -> Iterator[Finding]:
    view, evidence = case.expected.view, heard_of(case)
    if view is None or view.exists is not False or not evidence:
        return
    said = SOME_SILENT if view.unanswered else SAYS
    confidence = Confidence.LIKELY if view.unanswered else Confidence.CERTAIN
    cure = Errand(Where.PROVIDER, "create-identity", case.domain, (), CURE.fill(domain=case.domain.rstrip(".")))
    told: dict[str, Any] = {"domain": case.domain, "searched": view.searched or 1, "unanswered": view.unanswered}
    yield rule.finding(case.domain, said, evidence, confidence=confidence, fix=[cure], **told)


rule = Rule("identity-missing", "provider", TITLE, finds)

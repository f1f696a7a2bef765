"""The identity exists and may be verified, but signing with DKIM is switched off."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from unpend.diagnosis.case import Case
from unpend.diagnosis.provider_view import NOT_STARTED, SUCCESS, heard_of
from unpend.diagnosis.rule import Rule
from unpend.model.finding import Finding, Severity
from unpend.model.text import Text

TITLE = Text(en="DKIM signing is switched off", ja="DKIM 署名が無効になっています")
SAYS = Text(
    en="DKIM signing is switched off for {domain} (SigningEnabled is false): mail leaves unsigned however right the records are.{pending} "
    "Switch it on: `aws sesv2 put-email-identity-dkim-attributes --email-identity {domain} --signing-enabled`.",
    ja="{domain} の DKIM 署名が無効です（SigningEnabled が false）。レコードが正しくても、メールは署名されずに送信されます。{pending}有効にするには: "
    "`aws sesv2 put-email-identity-dkim-attributes --email-identity {domain} --signing-enabled`",
)
PENDING = Text(
    en=" Whether it also delays the verification is not documented, and reports contradict each other.",
    ja="検証の遅れにもつながるかどうかは公表されておらず、報告も一致していません。",
)
NOTHING = Text(en="{nothing}", ja="{nothing}", params={"nothing": ""})


def finds(case: Case) -> Iterator[Finding]:
    view, evidence = case.expected.view, heard_of(case)
    if view is None or view.signing_enabled is not False or view.dkim_status == NOT_STARTED or not evidence:
        return
    pending = NOTHING if view.dkim_status == SUCCESS else PENDING
    told: dict[str, Any] = {"domain": case.domain, "pending": pending}
    yield rule.finding(case.domain, SAYS, evidence, severity=Severity.WARNING, **told)


rule = Rule("signing-disabled", "provider", TITLE, finds)

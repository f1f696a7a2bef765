"""The MAIL FROM domain has no MX: Amazon SES does not take it, and falls back to its own domain or refuses to send."""

from __future__ import annotations

from collections.abc import Iterator

from unpend.diagnosis.case import Case
from unpend.diagnosis.mail_from import severity_of, wanted
from unpend.diagnosis.rule import Rule
from unpend.model.finding import Finding
from unpend.model.text import Text

TITLE = Text(en="The MAIL FROM domain has no MX", ja="MAIL FROM ドメインに MX がありません")
SAYS = Text(
    en="No MX record exists at the MAIL FROM domain {name}. It has to be exactly one: {expected}. Until then SES sends with a MAIL FROM of its "
    "own, or refuses to send, as BehaviorOnMxFailure says; DKIM does not depend on it.",
    ja="MAIL FROM ドメイン {name} に MX レコードがありません。{expected} を 1 件だけ登録する必要があります。それまで SES は、BehaviorOnMxFailure の設定に従って"
    "自身の MAIL FROM で送信するか、送信を拒否します。DKIM には影響しません。",
)


def finds(case: Case) -> Iterator[Finding]:
    for record in wanted(case, "MX"):
        if case.missing(record):
            heard = case.heard(record.name, "MX")
            yield rule.finding(record.name, SAYS, heard, severity=severity_of(record), expected=record.values[0])


GENERAL = "record-missing"
rule = Rule("mailfrom-mx-missing", "mail-from", TITLE, finds, explains=(GENERAL,), special_of=GENERAL)

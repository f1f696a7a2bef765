"""Records for a MAIL FROM domain are wanted, but the provider is not looking for them."""

from __future__ import annotations

from collections.abc import Iterator

from unpend.diagnosis.case import Case
from unpend.diagnosis.mail_from import severity_of, wanted
from unpend.diagnosis.provider_view import FAILED, NOT_STARTED
from unpend.diagnosis.rule import Rule
from unpend.model.expected import ExpectedRecord
from unpend.model.finding import Finding
from unpend.model.plan import Errand, Where
from unpend.model.text import Text

TITLE = Text(en="SES is not looking for the MAIL FROM records", ja="SES が MAIL FROM のレコードを確認していません")
SAYS = Text(
    en="The records of {name} are wanted for MAIL FROM, but SES is not looking for them: {why}. Whatever is published there changes nothing "
    "until it is set at SES.",
    ja="{name} のレコードは MAIL FROM 用ですが、SES はそれを確認していません（{why}）。SES 側で設定しない限り、何を登録しても状態は変わりません。",
)
UNSET = Text(en="the identity has no MAIL FROM domain", ja="ID に MAIL FROM ドメインが設定されていません")
ANOTHER = Text(en="the identity's MAIL FROM domain is {set}", ja="ID の MAIL FROM ドメインは {set} です")
STOPPED = Text(
    en="it says FAILED and has stopped looking, as it does after 72 hours",
    ja="FAILED となっており、72 時間が過ぎて確認を打ち切っています",
)
CURE = Text(
    en="At Amazon SES, set {name} as the MAIL FROM domain: `aws sesv2 put-email-identity-mail-from-attributes --email-identity {domain} "
    "--mail-from-domain {name}`.",
    ja="Amazon SES で {name} を MAIL FROM ドメインに設定してください: `aws sesv2 put-email-identity-mail-from-attributes --email-identity {domain} "
    "--mail-from-domain {name}`",
)


def why(case: Case, record: ExpectedRecord) -> tuple[str, Text] | None:
    """What SES says that means it does not look; None where it looks, or did not say."""
    view = case.expected.view
    if view is None:
        return None
    if view.mail_from_domain == "" or view.mail_from_status == NOT_STARTED:
        return "unset", UNSET
    if view.mail_from_domain and view.mail_from_domain != record.name:
        return "another", ANOTHER.fill(set=view.mail_from_domain)
    if view.mail_from_status == FAILED and case.right(record):
        return "stopped", STOPPED
    return None


def finds(case: Case) -> Iterator[Finding]:
    for record in wanted(case, "MX"):
        reason, heard = why(case, record), case.heard(record.name, "MX")
        if reason and heard:
            cure = CURE.fill(name=record.name, domain=case.domain)
            errand = Errand(Where.PROVIDER, "set-mail-from", record.name, (), cure)
            said = SAYS.fill(why=reason[1])
            yield rule.finding(record.name, said, heard, severity=severity_of(record), fix=[errand], reason=reason[0])


rule = Rule("mailfrom-not-started", "mail-from", TITLE, finds)

"""The MAIL FROM domain receives mail elsewhere: SES wants a sub-domain of its own, with its MX alone."""

from __future__ import annotations

from collections.abc import Iterator

from unpend.catalog import provider_of_target
from unpend.diagnosis.case import Case
from unpend.diagnosis.mail_from import severity_of, shown, wanted
from unpend.diagnosis.rule import Rule
from unpend.model.finding import Finding
from unpend.model.plan import Errand, Where
from unpend.model.text import Text

TITLE = Text(en="The MAIL FROM domain already receives mail", ja="MAIL FROM ドメインがすでにメールを受信しています")
SAYS = Text(
    en="The MX of the MAIL FROM domain {name} is {shown}: it receives mail. SES needs a sub-domain that is used for nothing else, with "
    "the one MX {expected}. Choose another sub-domain at SES rather than replacing this MX.",
    ja="MAIL FROM ドメイン {name} の MX は {shown} です。すでにメールの受信に使われています。SES には、ほかに使われていないサブドメインと、{expected} だけの MX が"
    "必要です。この MX を置き換えるのではなく、SES で別のサブドメインを選んでください。",
)
BRANDED = Text(en="{value} ({brand})", ja="{value}（{brand}）")
CURE = Text(
    en="At Amazon SES, set a MAIL FROM domain that is used for nothing else (`aws sesv2 put-email-identity-mail-from-attributes "
    "--email-identity {domain} --mail-from-domain NEW.{domain}`), then publish the records that SES shows for it.",
    ja="Amazon SES で、ほかに使われていないサブドメインを MAIL FROM ドメインに設定し（`aws sesv2 put-email-identity-mail-from-attributes "
    "--email-identity {domain} --mail-from-domain NEW.{domain}`）、表示されたレコードを登録してください。",
)
SES_HOSTS = ("feedback-smtp.", "inbound-smtp.", "email-smtp.")


def receives(value: str) -> bool:
    """Whether mail is delivered there: not to SES's own hosts, however mistyped, nor nowhere (RFC 7505)."""
    host = value.lower().rpartition(" ")[2]
    return host != "." and not host.startswith(SES_HOSTS) and "amazonses" not in host


def finds(case: Case) -> Iterator[Finding]:
    for record in wanted(case, "MX"):
        heard = [e for e, values in shown(case, record) if all(map(receives, values))]
        if not heard:
            continue
        found = tuple(sorted({v for e in heard for v in e.values("MX")}))
        cure = Errand(Where.PROVIDER, "choose-another-mail-from", record.name, (), CURE.fill(domain=case.domain))
        said = SAYS.fill(shown=tuple(map(branded, found)))
        yield rule.finding(
            record.name,
            said,
            heard,
            severity=severity_of(record),
            fix=[cure],
            found=found,
            expected=record.values[0],
        )


def branded(value: str) -> Text | str:
    """The host with the service that it belongs to, where the catalogue knows it."""
    owner = provider_of_target(value)
    return BRANDED.fill(value=value, brand=owner.name) if owner else value


EXPLAINS = ("wrong-target", "other-provider-target")
rule = Rule("mailfrom-receives-mail", "mail-from", TITLE, finds, explains=EXPLAINS, special_of="wrong-target")

"""The MAIL FROM domain has several MX records, SES's among them: SES wants exactly one."""

from __future__ import annotations

from collections.abc import Iterator

from unpend.diagnosis.case import Case
from unpend.diagnosis.mail_from import feedback_region, severity_of, shown, wanted
from unpend.diagnosis.rule import Rule
from unpend.model.finding import Finding
from unpend.model.text import Text

TITLE = Text(en="The MAIL FROM domain has several MX records", ja="MAIL FROM ドメインに MX が複数あります")
SAYS = Text(
    en="The MAIL FROM domain {name} has {count} MX records ({found}). SES takes it only with exactly one: {expected}.",
    ja="MAIL FROM ドメイン {name} に MX レコードが {count} 件あります（{found}）。SES が認めるのは {expected} の 1 件だけの場合です。",
)


def finds(case: Case) -> Iterator[Finding]:
    for record in wanted(case, "MX"):
        several = [(e, values) for e, values in shown(case, record) if len(values) > 1]
        heard = [e for e, values in several if any(map(feedback_region, values))]
        if heard:
            found = tuple(sorted({v for e in heard for v in e.values("MX")}))
            yield rule.finding(
                record.name,
                SAYS,
                heard,
                severity=severity_of(record),
                found=found,
                count=len(found),
                expected=record.values[0],
            )


EXPLAINS = ("wrong-target", "other-provider-target")
rule = Rule("mailfrom-mx-several", "mail-from", TITLE, finds, explains=EXPLAINS, special_of="wrong-target")

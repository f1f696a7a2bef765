"""The MX of the MAIL FROM domain is the one of another AWS region."""

from __future__ import annotations

from collections.abc import Iterator

from unpend.diagnosis.case import Case
from unpend.diagnosis.mail_from import feedback_region, severity_of, shown, wanted
from unpend.diagnosis.rule import Rule
from unpend.model.finding import Confidence, Finding
from unpend.model.text import Text

TITLE = Text(en="The MX is that of another AWS region", ja="MX が別の AWS リージョンのものです")
SAYS = Text(
    en="The MX of the MAIL FROM domain {name} is {found}, of the region {region}. This identity wants {expected}. Only where "
    "MAIL FROM is set up for {name} in {region} too, one MX serves both regions.",
    ja="MAIL FROM ドメイン {name} の MX が、リージョン {region} の {found} になっています。この ID が求める値は {expected} です。"
    "ただし {region} でも {name} を MAIL FROM に設定している場合は、1 件の MX を両方のリージョンで使えます。",
)


def finds(case: Case) -> Iterator[Finding]:
    for record in wanted(case, "MX"):
        own = feedback_region(record.values[0])
        alone = [(e, values[0]) for e, values in shown(case, record) if len(values) == 1]
        for value in dict.fromkeys(value for _, value in alone):
            region = feedback_region(value)
            if own and region and region != own:
                heard = [e for e, found in alone if found == value]
                yield rule.finding(
                    record.name,
                    SAYS,
                    heard,
                    severity=severity_of(record),
                    confidence=Confidence.LIKELY,
                    found=value,
                    region=region,
                    expected=record.values[0],
                )


GENERAL = "wrong-target"
rule = Rule("mailfrom-mx-wrong-region", "mail-from", TITLE, finds, explains=(GENERAL,), special_of=GENERAL)

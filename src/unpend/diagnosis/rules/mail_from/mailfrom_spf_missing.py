"""The MAIL FROM domain has no SPF record that names Amazon SES: mail passes without alignment, or not at all."""

from __future__ import annotations

from collections.abc import Iterator

from unpend.diagnosis.case import Case
from unpend.diagnosis.mail_from import severity_of, wanted
from unpend.diagnosis.rule import Rule
from unpend.model.expected import ExpectedRecord
from unpend.model.finding import Finding
from unpend.model.records import Exchange
from unpend.model.text import Text
from unpend.standards.spf import is_spf, lacking

TITLE = Text(en="The MAIL FROM domain has no SPF record for SES", ja="MAIL FROM ドメインに SES の SPF がありません")
SAYS = Text(
    en="At the MAIL FROM domain {name} no SPF record names Amazon SES ({found}): it has to have {lacking}. SES takes the domain without it, but "
    "mail fails SPF at receivers.",
    ja="MAIL FROM ドメイン {name} に、Amazon SES を許可する SPF レコードがありません（{found}）。{lacking} が必要です。SES の検証には影響しませんが、受信側の SPF 判定に失敗します。",
)
NOTHING = Text(en="nothing stands there", ja="登録なし")


def without_ses(record: ExpectedRecord, exchange: Exchange) -> bool:
    """Whether there is no SPF record, or only one without the wanted terms; several are another defect."""
    records = [value for value in exchange.values("TXT") if is_spf(value)]
    return not records or (len(records) == 1 and bool(lacking(records[0], record.values[0])))


def finds(case: Case) -> Iterator[Finding]:
    for record in wanted(case, "TXT"):
        if not is_spf(record.values[0]) or case.from_wildcard(record.name, "TXT"):
            continue
        heard = [e for e in case.heard(record.name, "TXT") if without_ses(record, e)]
        if heard:
            found = tuple(sorted({v for e in heard for v in e.values("TXT")}))
            said = SAYS.fill(found=found or NOTHING)
            terms = lacking("v=spf1", record.values[0])
            yield rule.finding(record.name, said, heard, severity=severity_of(record), lacking=terms)


EXPLAINS = ("record-missing", "wrong-target", "spf-missing", "spf-include-missing")
rule = Rule("mailfrom-spf-missing", "mail-from", TITLE, finds, explains=EXPLAINS, special_of="record-missing")

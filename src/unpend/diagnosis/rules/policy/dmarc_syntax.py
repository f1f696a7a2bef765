"""A DMARC record that receivers cannot read, in part or at all (RFC 9989 section 4.7)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from unpend.diagnosis.case import Case
from unpend.diagnosis.dmarc_view import DmarcView, dmarc_views
from unpend.diagnosis.policy import OTHER_VALUE, dmarc_wanted, severity_of
from unpend.diagnosis.rule import Rule
from unpend.model.finding import Finding, Severity
from unpend.model.text import Text
from unpend.standards.dmarc import Why, is_meant_as_dmarc

TITLE = Text(en="The DMARC record has a mistake", ja="DMARC レコードに誤りがあります")
SAYS = Text(
    en="The DMARC record at {name} has a mistake in {tag}: {why}.",
    ja="{name} の DMARC レコードの {tag} に誤りがあります（{why}）。",
)
NOT_DMARC = Text(
    en="{name} holds {found}, which was meant as DMARC, but receivers only take what begins with “v=DMARC1;”.",
    ja="{name} に {found} がありますが、受信側が DMARC として扱うのは「v=DMARC1;」で始まるものだけです。",
)
REASONS = {
    Why.NOT_A_TAG: Text(en="it is not of the form tag=value", ja="「タグ=値」の形になっていません"),
    Why.BAD_VALUE: Text(
        en="it cannot have this value; perhaps a semicolon is missing",
        ja="この値は使えません。セミコロンが抜けている可能性があります",
    ),
    Why.BAD_ADDRESS: Text(
        en="an address has the form mailto:name@example.com", ja="宛先は mailto:name@example.com の形で書きます"
    ),
    Why.NO_POLICY: Text(
        en="it is missing; p=none, p=quarantine or p=reject says what is to be done",
        ja="指定がありません。p=none、p=quarantine、p=reject のいずれかを書いてください",
    ),
    Why.TWICE: Text(en="it stands twice", ja="2 回書かれています"),
}


def finds(case: Case) -> Iterator[Finding]:
    wanted = dmarc_wanted(case)
    for view in dmarc_views(case):
        ours = wanted is not None and wanted.name == view.name
        severity = severity_of(case, wanted) if ours else Severity.WARNING
        if view.dmarc is not None:
            for fault in view.dmarc.faults[:1]:
                told: dict[str, Any] = {"tag": fault.tag, "why": REASONS[fault.why], "content": view.records[0]}
                yield rule.finding(view.name, SAYS, view.heard.exchanges, severity=severity, **told)
        elif not view.records:
            yield from _unrecognised(view, severity)


def _unrecognised(view: DmarcView, severity: Severity) -> Iterator[Finding]:
    for text in filter(is_meant_as_dmarc, view.heard.texts):
        yield rule.finding(view.name, NOT_DMARC, view.heard.exchanges, severity=severity, found=text)


EXPLAINS = (*OTHER_VALUE, "dmarc-missing", "record-missing")
rule = Rule("dmarc-syntax", "policy", TITLE, finds, explains=EXPLAINS, reaches_below=False)

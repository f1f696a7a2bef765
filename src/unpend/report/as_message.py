"""The plan as a message to whoever runs the DNS: complete, polite, and without any knowledge of unpend."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count

from unpend.model.finding import Severity
from unpend.model.text import Lang, Text
from unpend.report.outline import grouped, parts
from unpend.report.report import Report

SUBJECT = Text(en="Subject: DNS change for {domain}", ja="件名: {domain} の DNS 設定変更のお願い")
HELLO = Text(en="Hello,", ja="お世話になっております。")
WHY = Text(
    en="the domain {domain} cannot be verified for sending mail yet. The reason: {cause}",
    ja="{domain} のメール送信用のドメイン認証が完了していません。原因は次のとおりです。{cause}",
)
PLEASE = Text(en="Please make these changes, in this order:", ja="お手数ですが、次の変更を上から順にお願いいたします。")
NOTHING_TO_DO = Text(en="Nothing has to be changed for {domain}.", ja="{domain} について必要な変更はありません。")
THANKS = Text(
    en="Thank you. A short answer once it is done would help.",
    ja="完了しましたらご連絡ください。よろしくお願いいたします。",
)


def as_message(report: Report, lang: Lang) -> str:
    """Plain text, ready to send."""
    return "\n".join(_lines(report, lang)) + "\n"


def _lines(report: Report, lang: Lang) -> Iterator[str]:
    domain = report.domain.rstrip(".")
    causes = grouped(report, Severity.ERROR)
    if not causes or not report.plan.changes:
        yield NOTHING_TO_DO.fill(domain=domain).of(lang)
        return
    yield from [SUBJECT.fill(domain=domain).of(lang), "", HELLO.of(lang), ""]
    yield WHY.fill(domain=domain, cause=causes[0].finding.message).of(lang)
    yield from ["", PLEASE.of(lang)]
    numbers = count(1)
    for part in parts(report):
        yield from ["", part.place.of(lang)] if part.place else [""]
        for step in part.steps:
            yield f"{next(numbers)}. {step.says.of(lang)}"
            yield from (f"   {field.label.of(lang)}: {field.value}" for field in step.fields)
            yield from (f"   {remark.of(lang)}" for remark in step.remarks)
    yield from ["", THANKS.of(lang)]

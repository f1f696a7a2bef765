"""The identity is not where it was looked for, or is verified in another region: each region has its own identity."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from unpend.diagnosis.case import Case
from unpend.diagnosis.provider_view import SUCCESS, heard_of
from unpend.diagnosis.rule import Rule
from unpend.model.finding import Finding, Severity
from unpend.model.plan import Errand, Where
from unpend.model.text import Text

TITLE = Text(en="The identity is in another region", ja="ID が別のリージョンにあります")
NOT_HERE = Text(
    en="{domain} has no identity in {asked}, but in {region} ({status}). Identities of Amazon SES belong to one region each: what is "
    "verified in {region} does not let anything be sent from {asked}.",
    ja="{asked} には {domain} の ID がなく、{region} にあります（{status}）。Amazon SES の ID はリージョンごとに独立しており、{region} で検証済みになっても "
    "{asked} からは送信できません。",
)
VERIFIED_THERE = Text(
    en="{domain} is {here} in {asked}, but already verified in {region}. Each region of Amazon SES has its own identity and its own three "
    "records: send from {region}, or publish the records of {asked} as well.",
    ja="{domain} は {asked} では {here} ですが、{region} では検証済みです。Amazon SES の ID と 3 件のレコードはリージョンごとに異なります。{region} から送信するか、"
    "{asked} のレコードも登録してください。",
)
CURE = Text(
    en="Send from {region}, or create the identity in {asked} too and publish its records beside the others: they do not clash.",
    ja="{region} から送信してください。{asked} から送信する場合は、{asked} にも ID を作成し、そのレコードを追加で登録してください（既存のレコードとは衝突しません）。",
)


def finds(case: Case) -> Iterator[Finding]:
    view, evidence = case.expected.view, heard_of(case)
    if view is None or not evidence:
        return
    status = view.verification_status or "?"
    if view.asked_region and case.expected.region and view.asked_region != case.expected.region:
        places: dict[str, Any] = {"asked": view.asked_region, "region": case.expected.region, "status": status}
        severity = Severity.ERROR if status == SUCCESS else Severity.WARNING
        cure = Errand(Where.PROVIDER, "use-region", case.domain, (case.expected.region,), CURE.fill(**places))
        yield rule.finding(case.domain, NOT_HERE, evidence, severity=severity, fix=[cure], domain=case.domain, **places)
        return
    verified = tuple(each.region for each in view.elsewhere if each.status == SUCCESS)
    if verified and status != SUCCESS:
        places = {"asked": case.expected.region or "?", "region": verified, "here": status}
        yield rule.finding(
            case.domain, VERIFIED_THERE, evidence, severity=Severity.WARNING, domain=case.domain, **places
        )


rule = Rule("wrong-region", "provider", TITLE, finds)

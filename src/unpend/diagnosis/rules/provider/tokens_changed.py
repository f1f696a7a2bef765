"""What was given as wanted is not what the provider wants now: the identity was made anew, or the file is old."""

from __future__ import annotations

from collections.abc import Iterator

from unpend.diagnosis.case import Case
from unpend.diagnosis.provider_view import heard_of
from unpend.diagnosis.rule import Rule
from unpend.model.finding import Finding, Severity
from unpend.model.text import Text

TITLE = Text(en="The provider asks for other records now", ja="事業者が求めるレコードが変わっています")
SAYS = Text(
    en="{unwanted} was given as wanted, but the provider does not ask for it; what it asks for now is used: {name}. The identity was made "
    "anew, or what was given comes from another account or region.",
    ja="指定された {unwanted} は、事業者が現在求めているレコードではありません。現在求められている {name} を使って確認しました。ID が作り直されたか、指定された内容が別の"
    "アカウントやリージョンのものです。",
)


def finds(case: Case) -> Iterator[Finding]:
    view, evidence = case.expected.view, heard_of(case)
    if view is None or not view.unwanted_names or not evidence:
        return
    wanted = [record.name for record in case.expected.required]
    missing = any(case.not_there(record) for record in case.expected.required)
    severity = Severity.ERROR if missing else Severity.WARNING
    yield rule.finding(wanted or case.domain, SAYS, evidence, severity=severity, unwanted=view.unwanted_names)


rule = Rule("tokens-changed", "provider", TITLE, finds, explains=("stale-names", "record-missing"))

"""One row of a scan's output. Nothing of it tells the time: the same world gives the same bytes."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import msgspec

from unpend.model.expected import Expected
from unpend.model.plan import Then
from unpend.model.text import Lang, Text
from unpend.report.as_json import plan_dict
from unpend.report.report import Report

INVALID = "invalid"
OK = "ok"
COLUMNS = (
    "line",
    "domain",
    "verdict",
    "cause",
    "codes",
    "message",
    "by",
    "provider",
    "zone",
    "dns_host",
    "would_report",
    "eta_seconds",
    "plan",
)
ALL_RIGHT = Text(en="Every required record is right.", ja="必要なレコードはすべて正しく公開されています。")
NOT_VERIFIED = Text(
    en="The provider does not call it verified ({said}); it was not diagnosed.",
    ja="メール配信サービスは検証済みとしていません（{said}）。診断は行っていません。",
)
NOT_RIGHT = Text(
    en="Not right at the fast look ({seen}); it was not diagnosed.",
    ja="簡易確認では正しくありませんでした（{seen}）。診断は行っていません。",
)
NO_PLAN: dict[str, Any] = {"safety": "safe", "reasons": [], "changes": [], "then": []}


@dataclass(frozen=True, slots=True)
class Result:
    """What became of one input row. `verdict`: as in a report, or `invalid` for a row that cannot be read.

    `by` is `fast` (the records alone were looked up and are right) or `deep` (the whole diagnosis).
    """

    line: int
    domain: str
    verdict: str
    cause: str | None = None
    codes: tuple[str, ...] = ()
    message: str = ""
    by: str = "deep"
    provider: str | None = None
    zone: str | None = None
    dns_host: str | None = None
    would_report: str | None = None
    eta_seconds: int | None = None
    plan: dict[str, Any] | None = None


def of_report(line: int, report: Report, lang: Lang) -> Result:
    """The result of a whole diagnosis."""
    codes = tuple(dict.fromkeys(finding.code for finding in report.findings))
    timeless = replace(report.plan, then=tuple(_timeless(step) for step in report.plan.then))
    return Result(
        line=line,
        domain=report.domain,
        verdict=str(report.verdict),
        cause=codes[0] if codes else None,
        codes=codes,
        message=report.message.of(lang),
        provider=report.expected.provider,
        zone=report.case.zone or None,
        dns_host=report.dns_host.id if report.dns_host else None,
        would_report=report.would_report,
        eta_seconds=report.eta_seconds,
        plan=plan_dict(timeless, lang),
    )


def _timeless(step: Then) -> Then:
    return replace(step, until=None)


def of_right(line: int, expected: Expected, lang: Lang) -> Result:
    """The result of a fast look that found every record right."""
    return Result(
        line=line,
        domain=expected.domain,
        verdict=OK,
        message=ALL_RIGHT.of(lang),
        by="fast",
        provider=expected.provider,
        eta_seconds=0,
        plan=NO_PLAN,
    )


def of_other(line: int, domain: str, provider: str | None, lang: Lang, why: Text) -> Result:
    """The result of a row that wants a diagnosis where none is made: nobody can say what it means."""
    return Result(line=line, domain=domain, verdict="unknown", message=why.of(lang), by="fast", provider=provider)


def of_trouble(line: int, domain: str, message: Text, lang: Lang, verdict: str = INVALID) -> Result:
    """The result of a row that could not be read, or of a check that failed."""
    return Result(line=line, domain=domain, verdict=verdict, message=message.of(lang))


def encoded(result: Result) -> bytes:
    """One line of NDJSON."""
    return msgspec.json.encode(result) + b"\n"


def decoded(line: bytes) -> Result:
    """What `encoded` wrote."""
    return msgspec.json.decode(line, type=Result)

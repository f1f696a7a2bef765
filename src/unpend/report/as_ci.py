"""The report for machines that run checks: GitHub's annotations, SARIF 2.1.0, JUnit."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from typing import Any

from unpend.model.finding import Severity
from unpend.model.text import Lang
from unpend.report.outline import Told, grouped
from unpend.report.report import Report
from unpend.report.verdict import Verdict

LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "note"}
ANNOTATIONS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "notice"}
SARIF = "https://json.schemastore.org/sarif-2.1.0.json"
# What XML 1.0 cannot hold at all.
FORBIDDEN = dict.fromkeys([*range(9), 11, 12, *range(14, 32), *range(0xD800, 0xE000), 0xFFFE, 0xFFFF], "\ufffd")


def as_github(report: Report, lang: Lang) -> str:
    """Workflow commands, one a cause; the first line says the verdict."""
    return "".join(line + "\n" for line in _annotations(report, lang))


def _annotations(report: Report, lang: Lang) -> Iterator[str]:
    kind = (
        "notice"
        if report.verdict is Verdict.OK
        else "error"
        if report.verdict is Verdict.ACTION_REQUIRED
        else "warning"
    )
    yield _annotation(kind, f"unpend: {report.verdict}", report.message.of(lang))
    for told in grouped(report, *Severity):
        finding = told.finding
        yield _annotation(ANNOTATIONS[finding.severity], f"{finding.code}: {told.names[0]}", finding.message.of(lang))


def _annotation(kind: str, title: str, message: str) -> str:
    """`%`, line feeds and, in properties, `:` and `,` are escaped, so that no DNS data can begin a command."""
    title = _data(title).replace(":", "%3A").replace(",", "%2C")
    return f"::{kind} title={title}::{_data(message)}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def as_sarif(report: Report, lang: Lang) -> str:
    """One run with a rule and a result for each cause; the location is the domain."""
    told = grouped(report, *Severity)
    driver = {
        "name": "unpend",
        "rules": [{"id": each.finding.code, "properties": {"family": each.finding.family}} for each in told],
    }
    run = {"tool": {"driver": driver}, "results": [_result(report, each, lang) for each in told]}
    held = {"$schema": SARIF, "version": "2.1.0", "runs": [run]}
    return json.dumps(held, indent=2, ensure_ascii=False) + "\n"


def _result(report: Report, told: Told, lang: Lang) -> dict[str, Any]:
    uri = {"artifactLocation": {"uri": f"dns:{report.domain.rstrip('.')}"}}
    names = [{"fullyQualifiedName": name, "kind": "resource"} for name in told.names]
    return {
        "ruleId": told.finding.code,
        "level": LEVELS[told.finding.severity],
        "message": {"text": told.finding.message.of(lang)},
        "locations": [{"physicalLocation": uri, "logicalLocations": names}],
    }


def as_junit(report: Report, lang: Lang) -> str:
    """A test case for each wanted record, and one for the domain as a whole."""
    domain = report.domain.rstrip(".")
    cases = [_case(domain, "domain", report.message.of(lang), failed=report.verdict is Verdict.ACTION_REQUIRED)]
    if report.verdict is Verdict.UNKNOWN:
        cases[0].append(ET.Element("error", message=_xml(report.message.of(lang))))
    for each in report.records:
        name = f"{each.record.name.rstrip('.')} {each.record.type}"
        said = f"{each.status}: {', '.join(each.findings)}"
        failed = each.record.required and each.status in {"missing", "mismatch", "conflict"}
        cases.append(_case(domain, name, said, failed=failed))
    failures = sum(case.find("failure") is not None for case in cases)
    suite = ET.Element("testsuite", name=f"unpend {domain}", tests=str(len(cases)), failures=str(failures))
    suite.extend(cases)
    suites = ET.Element("testsuites")
    suites.append(suite)
    ET.indent(suites)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ET.tostring(suites, encoding="unicode") + "\n"


def _case(domain: str, name: str, said: str, *, failed: bool) -> ET.Element:
    case = ET.Element("testcase", classname=_xml(domain), name=_xml(name))
    if failed:
        case.append(ET.Element("failure", message=_xml(said)))
    return case


def _xml(text: str) -> str:
    return text.translate(FORBIDDEN)

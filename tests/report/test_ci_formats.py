"""What CI systems read: annotations that nothing can break out of, SARIF, JUnit."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest
import yaml

from unpend.report.report import Report

from . import paper

ATTACK = '"a\\010::error title=owned::x%0A::stop" "]]><failure/>&<\\000"'


def hostile() -> Report:
    return paper.hostile(ATTACK)


SCENES = {**paper.ALL, "hostile": hostile}


@pytest.mark.parametrize("scene", sorted(SCENES))
def test_github_lines_are_commands(scene: str) -> None:
    for line in SCENES[scene]().to_github("en").splitlines():
        assert line.startswith(("::error title=", "::warning title=", "::notice title="))


@pytest.mark.parametrize("scene", sorted(SCENES))
def test_sarif_says_each_cause(scene: str) -> None:
    report = SCENES[scene]()
    run = json.loads(report.to_sarif("ja"))["runs"][0]
    assert [r["ruleId"] for r in run["results"]] == list(dict.fromkeys(f.code for f in report.findings))
    assert {r["ruleId"] for r in run["results"]} == {rule["id"] for rule in run["tool"]["driver"]["rules"]}
    assert all(r["level"] in {"error", "warning", "note"} and r["message"]["text"] for r in run["results"])


@pytest.mark.parametrize("scene", sorted(SCENES))
def test_junit_has_a_case_for_each_record(scene: str) -> None:
    report = SCENES[scene]()
    suite = ET.fromstring(report.to_junit("en")).find("testsuite")
    assert suite is not None
    assert len(suite.findall("testcase")) == len(report.records) + 1 == int(suite.attrib["tests"])
    wrong = [r for r in report.records if r.status in {"missing", "mismatch", "conflict"} and r.record.required]
    whole = report.verdict == "action_required"
    assert int(suite.attrib["failures"]) == len(wrong) + whole


def test_definitions_are_yaml() -> None:
    top = Path(__file__).parents[2]
    action = yaml.safe_load((top / "action.yml").read_text())
    assert "--format github" in action["runs"]["steps"][0]["run"]
    assert "${{" not in action["runs"]["steps"][0]["run"]
    assert yaml.safe_load((top / ".pre-commit-hooks.yaml").read_text())[0]["entry"].startswith("unpend check")

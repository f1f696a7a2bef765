"""What CI systems read: annotations that nothing can break out of, SARIF, JUnit."""

from __future__ import annotations

import json
import re
import xml.etree.ElementTree as ET
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema_rs import validator_for

from unpend.report.report import Report

from . import paper

# As GitHub's runner reads a command: everything to the second "::" are properties, parted by commas.
ANNOTATION = re.compile(r"::(error|warning|notice) title=(?P<title>[^:,\r\n]*)::(?P<message>[^\r\n]*)")
ATTACK = '"a\\010::error title=owned::x%0A::stop" "]]><failure/>&<\\000"'


def plain(text: str) -> str:
    """What the runner makes of it again."""
    for code, char in (("%2C", ","), ("%3A", ":"), ("%0A", "\n"), ("%0D", "\r"), ("%25", "%")):
        text = text.replace(code, char)
    return text


def hostile() -> Report:
    return paper.hostile(ATTACK)


def closed(required: list[str], **properties: Any) -> dict[str, Any]:
    return {"type": "object", "required": required, "properties": properties, "additionalProperties": False}


def many(items: dict[str, Any], least: int = 0) -> dict[str, Any]:
    return {"type": "array", "items": items, "minItems": least}


TEXT = {"type": "string", "minLength": 1}
# What SARIF 2.1.0 (sections 3.13 to 3.33 of the standard) says of the objects that are used here, closed as its schema is.
PLACE = closed(
    ["physicalLocation"],
    physicalLocation=closed(
        ["artifactLocation"], artifactLocation=closed(["uri"], uri={"type": "string", "format": "uri-reference"})
    ),
    logicalLocations=many(closed([], fullyQualifiedName=TEXT, kind=TEXT), 1),
)
RESULT = closed(
    ["message", "ruleId"],
    ruleId=TEXT,
    level={"enum": ["none", "note", "warning", "error"]},
    message=closed(["text"], text=TEXT),
    locations=many(PLACE, 1),
)
DRIVER = closed(["name"], name=TEXT, rules=many(closed(["id"], id=TEXT, properties={"type": "object"})))
RUN = closed(["tool", "results"], tool=closed(["driver"], driver=DRIVER), results=many(RESULT))
SARIF = closed(
    ["version", "runs"],
    **{"$schema": {"type": "string", "format": "uri"}},
    version={"const": "2.1.0"},
    runs=many(RUN, 1),
)

SCENES = {**paper.ALL, "hostile": hostile}


@pytest.mark.parametrize("scene", sorted(SCENES))
def test_github_lines_are_commands(scene: str) -> None:
    report = SCENES[scene]()
    text = report.to_github("en")
    lines = text.split("\n")[:-1]
    assert lines == text.splitlines()
    read = [ANNOTATION.fullmatch(line) for line in lines]
    assert all(read), lines
    told = [(plain(each["title"]), plain(each["message"])) for each in read if each]
    assert told[0] == (f"unpend: {report.verdict}", report.message.of("en"))
    assert {message for _, message in told[1:]} <= {finding.message.of("en") for finding in report.findings}
    assert {title.partition(":")[0] for title, _ in told[1:]} == {finding.code for finding in report.findings}


@pytest.mark.parametrize("scene", sorted(SCENES))
def test_sarif_says_each_cause(scene: str) -> None:
    report = SCENES[scene]()
    told = json.loads(report.to_sarif("ja"))
    validator_for(SARIF, validate_formats=True).validate(told)
    run = told["runs"][0]
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

"""Every shipped scenario, end to end on real sockets: the first finding, the verdict, nothing else blamed, and the cure."""

from __future__ import annotations

import pytest
from lab_cases import look
from lab_cases import report_of as seen

from unpend.lab import Lab, load_scenario, scenario_names
from unpend.model.finding import Severity
from unpend.report.casefile import dump, load
from unpend.report.report import Report, report_of

NAMES = scenario_names()


def errors(report: Report) -> list[str]:
    return [f.code for f in report.diagnosis.causes if f.severity is Severity.ERROR]


@pytest.mark.parametrize("name", NAMES)
def test_first_finding_is_the_cause_and_nothing_else_is_blamed(name: str) -> None:
    scenario = load_scenario(name)
    report = seen(name)
    found = [f.code for f in report.diagnosis.causes]
    expected = set() if scenario.code == "ok" else {scenario.code, *scenario.also}
    assert str(report.verdict) == scenario.verdict, report.to_text("en")
    assert found[:1] == ([] if scenario.code == "ok" and not found else [scenario.code]) or scenario.code == "ok"
    assert set(errors(report)) <= expected, report.to_text("en")
    assert set(scenario.also) <= set(found), report.to_text("en")
    assert report.queries <= 500
    again = report_of(*load(dump(report.expected, report.observation)))
    assert [again.to_json(lang) for lang in ("en", "ja")] == [report.to_json(lang) for lang in ("en", "ja")]
    assert [again.to_text(lang, verbose=1) for lang in ("en", "ja")] == [
        report.to_text(lang, verbose=1) for lang in ("en", "ja")
    ]


@pytest.mark.parametrize("name", [n for n in NAMES if load_scenario(n).can_heal])
async def test_the_plan_applied_by_machine_ends_the_pending_state(name: str) -> None:
    async with Lab(load_scenario(name)) as lab:
        report = await look(lab)
        lab.apply(report.plan)
        lab.flush()
        after = await look(lab)
    assert str(after.verdict) == "ok", after.to_text("en")
    assert not after.plan.changes

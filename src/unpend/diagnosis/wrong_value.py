"""The shape that wrong-value rules share: a value stands at the right name, and one known slip produced it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from unpend.diagnosis.case import Case
from unpend.diagnosis.compare import matches, only_shape
from unpend.diagnosis.rule import Rule
from unpend.model.expected import ExpectedRecord
from unpend.model.finding import Finding, Severity
from unpend.model.text import Text

Params = Mapping[str, Any]
Recognises = Callable[[Case, ExpectedRecord, str], Params | None]


def valued(
    code: str, title: Text, says: Text, recognises: Recognises, explains: tuple[str, ...] = ("wrong-target",)
) -> Rule:
    """A rule for values that are not wanted; `recognises` gives the message's further params, or None.

    `says` has the places {name}, {found} and {expected}. What a wildcard answers was entered by nobody.
    """

    def finds(case: Case) -> Iterator[Finding]:
        for record, value in unwanted(case):
            params = recognises(case, record, value)
            if params is not None:
                severity = Severity.ERROR if record.required else Severity.WARNING
                heard = [e for e in case.heard(record.name, record.type) if value in e.values(record.type)]
                told = {"found": value, "expected": record.values[0], **params}
                yield rule.finding(record.name, says, heard, severity=severity, **told)

    rule = Rule(code, "wrong-value", title, finds, explains=explains, special_of="wrong-target")
    return rule


def unwanted(case: Case) -> Iterator[tuple[ExpectedRecord, str]]:
    """Each value that stands at a wanted name without being wanted, once; a key of which the shape alone is known is left to the key rules."""
    for record in case.records:
        if case.wrong(record) and not case.from_wildcard(record.name, record.type) and not only_shape(record):
            for value in case.found(record):
                if not any(matches(record, wanted, value) for wanted in record.values):
                    yield record, value


def first_label(name: str) -> str:
    """The token at the front of a target."""
    return name.split(".", 1)[0].lower()

"""The shape of a rule: what it is called, what it explains, what it would like to know, and what it finds."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from unpend.diagnosis.ask import Ask
from unpend.diagnosis.case import Case
from unpend.model.finding import Confidence, Finding, Severity
from unpend.model.plan import Fix
from unpend.model.records import Exchange
from unpend.model.text import Text

EVIDENCE_LIMIT = 12


def asks_nothing(case: Case) -> Iterable[Ask]:
    """Most rules read what everybody asks for anyway."""
    return ()


@dataclass(frozen=True, slots=True)
class Rule:
    """One defect. Lives in `rules/<family>/<code>.py` as `rule`; file, code and page have one name.

    `explains` are the codes that are mere consequences of this one about the same record or the zone that holds it.
    Without `reaches_below` a finding says nothing of the names below those that it is about: SPF at a zone's apex.
    `special_of` is the general code of which this is a special case: whatever explains that one explains this one too.
    """

    code: str
    family: str
    title: Text
    finds: Callable[[Case], Iterable[Finding]]
    asks: Callable[[Case], Iterable[Ask]] = asks_nothing
    explains: tuple[str, ...] = ()
    reaches_below: bool = True
    special_of: str = ""

    def finding(
        self,
        about: str | Sequence[str],
        message: Text,
        evidence: Iterable[Exchange],
        *,
        severity: Severity = Severity.ERROR,
        confidence: Confidence = Confidence.CERTAIN,
        fix: Sequence[Fix] = (),
        keeps_waiting: bool = False,
        **params: Any,
    ) -> Finding:
        """A finding of this rule; `params` fill the message's places and stand in the report."""
        proof = tuple(dict.fromkeys(evidence))[:EVIDENCE_LIMIT]
        if not proof:
            raise ValueError(f"{self.code}: a finding without evidence")
        names = (about,) if isinstance(about, str) else tuple(about)
        return Finding(
            code=self.code,
            family=self.family,
            severity=severity,
            confidence=confidence,
            about=names,
            message=message.fill(**params, name=names[0]),
            evidence=proof,
            params=params,
            fix=tuple(fix),
            keeps_waiting=keeps_waiting,
        )

"""From what was heard to causes: every rule speaks, and findings explain one another until only causes remain."""

from __future__ import annotations

from dataclasses import dataclass, replace

from unpend.diagnosis.ask import Ask
from unpend.diagnosis.case import Case
from unpend.diagnosis.rulebook import all_rules, explained_by, rule_of
from unpend.model.finding import Confidence, Finding, Severity
from unpend.model.names import is_under
from unpend.model.text import Text

FAMILIES = (
    "delegation",
    "dnssec",
    "absent",
    "wrong-name",
    "conflict",
    "wrong-type",
    "wrong-value",
    "key",
    "mail-from",
    "propagation",
    "transport",
    "provider",
    "policy",
)


UNCONFIRMED = Text(
    en="{said} That the provider wants the record like this is not confirmed: compare it with what its panel shows.",
    ja="{said} ただし、事業者がこの内容のレコードを求めるかどうかは未確認です。事業者の画面の表示と照合してください。",
)


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """The causes, the most probable root cause first, each with the codes that it explains folded under it.

    `undetermined` names the wanted records of which no authoritative server told anything.
    """

    causes: tuple[Finding, ...] = ()
    undetermined: tuple[str, ...] = ()

    @property
    def errors(self) -> tuple[Finding, ...]:
        return tuple(f for f in self.causes if f.severity is Severity.ERROR)


def wishes(case: Case) -> tuple[Ask, ...]:
    """What the rules would still like to know, each wish once."""
    return tuple(dict.fromkeys(ask for rule in all_rules() for ask in rule.asks(case)))


def diagnose(case: Case) -> Diagnosis:
    """The causes of what was heard. Pure: the same case gives the same diagnosis."""
    findings = [hedged(case, finding) for rule in all_rules() for finding in rule.finds(case)]
    causes = [f for f in findings if not any(explained(f, g) for g in findings)]
    folded = [replace(f, consequences=_consequences(f, findings)) for f in causes]
    undetermined = tuple(r.name for r in case.expected.required if case.unheard(r))
    return Diagnosis(tuple(sorted(folded, key=_importance)), undetermined)


def hedged(case: Case, finding: Finding) -> Finding:
    """The finding in weaker words where no source confirms that the provider wants such records at all."""
    about = [r for r in case.records if r.name in finding.about]
    if not about or any(r.verified for r in about):
        return finding
    return replace(finding, confidence=Confidence.POSSIBLE, message=UNCONFIRMED.fill(said=finding.message))


def explained(finding: Finding, cause: Finding) -> bool:
    """Whether `cause` explains `finding`: its rule says so, and it is about the same record or a zone above it.

    What is merely possible explains nothing that is certain and graver.
    """
    if finding is cause or finding.code not in explained_by(cause.code):
        return False
    if cause.confidence is Confidence.POSSIBLE and _rank(cause) > _rank(finding):
        return False
    return all(concerns(cause, name) for name in finding.about)


def concerns(cause: Finding, name: str) -> bool:
    """Whether a finding is about this name, or about a zone above it."""
    if not rule_of(cause.code).reaches_below:
        return name in cause.about
    return any(is_under(name, above) for above in cause.about)


def _consequences(cause: Finding, findings: list[Finding]) -> tuple[str, ...]:
    """The codes below a cause, also those that it explains through another."""
    codes: dict[str, None] = {}
    reached = [cause]
    while reached:
        current = reached.pop()
        below = [f for f in findings if explained(f, current) and f.code not in codes and f.code != cause.code]
        codes.update(dict.fromkeys(f.code for f in below))
        reached.extend(below)
    return tuple(codes)


def _rank(finding: Finding) -> tuple[int, int]:
    return list(Severity).index(finding.severity), list(Confidence).index(finding.confidence)


def _importance(finding: Finding) -> tuple[int | str | tuple[str, ...], ...]:
    return (
        *_rank(finding),
        FAMILIES.index(finding.family) if finding.family in FAMILIES else len(FAMILIES),
        finding.code,
        finding.about,
    )

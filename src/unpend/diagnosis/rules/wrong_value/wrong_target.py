"""Any other value at the right name: shown character by character."""

from __future__ import annotations

from collections.abc import Iterator
from difflib import SequenceMatcher

from unpend.diagnosis.ask import Ask, Whom
from unpend.diagnosis.case import Case
from unpend.diagnosis.rule import Rule
from unpend.diagnosis.wrong_value import unwanted
from unpend.model.expected import ExpectedRecord
from unpend.model.finding import Confidence, Finding, Severity
from unpend.model.records import Question
from unpend.model.text import Text

TITLE = Text(en="The record has another value", ja="レコードの値が違います")
SAYS = Text(
    en="{name} has the value {found}. The provider wants {expected} (difference: {diff}).",
    ja="{name} の値が {found} になっています。事業者が求める値は {expected} です（違い: {diff}）。",
)
OTHER_FORM = Text(
    en="{name} has the value {found}. What the provider wants there has the form {expected}.",
    ja="{name} の値が {found} になっています。事業者が求める値の形式は {expected} です。",
)
CHAIN = Text(
    en="{name} points to {found}, which in turn leads to {expected}. Whether the provider accepts a detour is not documented: point it "
    "there directly.",
    ja="{name} は {found} を経由して {expected} を指しています。事業者が経由を認めるかどうかは文書化されていないため、直接指定してください。",
)


def diff(found: str, wanted: str) -> str:
    """What differs: [-too much-] and {+missing+}; equal stretches are shortened."""
    out = []
    for kind, a, b, c, d in SequenceMatcher(None, found[:400], wanted[:400], autojunk=False).get_opcodes():
        same = found[a:b] if b - a <= 8 else found[a : a + 3] + "…" + found[b - 3 : b]
        gone = f"[-{found[a:b]}-]" if b > a else ""
        new = f"{{+{wanted[c:d]}+}}" if d > c else ""
        out.append(same if kind == "equal" else gone + new)
    return "".join(out)


def leads_on(case: Case, record: ExpectedRecord) -> bool:
    """Whether a resolver, which follows CNAMEs, came to the wanted target behind the one that stands here."""
    heard = case.at_resolvers(record.name, "TXT")
    return any(r.type == "CNAME" and r.value in record.values for e in heard for r in e.answer)


def asks(case: Case) -> Iterator[Ask]:
    for record, _ in unwanted(case):
        if record.type == "CNAME":
            yield Ask(Question(record.name, "TXT"), Whom.RESOLVERS)


def finds(case: Case) -> Iterator[Finding]:
    for record, value in unwanted(case):
        heard = [e for e in case.heard(record.name, record.type) if value in e.values(record.type)]
        chain = record.type == "CNAME" and leads_on(case, record)
        yield rule.finding(
            record.name,
            CHAIN if chain else SAYS if record.known else OTHER_FORM,
            heard,
            severity=Severity.ERROR if record.required else Severity.WARNING,
            confidence=Confidence.LIKELY if chain else Confidence.CERTAIN,
            found=value,
            expected=record.values[0],
            diff=diff(value, record.values[0]),
        )


rule = Rule("wrong-target", "wrong-value", TITLE, finds, asks)

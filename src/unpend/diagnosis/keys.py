"""The shape that the key rules share: a key stands at the wanted selector, and one known accident spoilt it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from unpend.diagnosis.case import Case
from unpend.diagnosis.rule import Rule
from unpend.model.expected import ExpectedRecord, Purpose
from unpend.model.finding import Finding, Severity
from unpend.model.records import Exchange, Record, strings_of
from unpend.model.text import Text
from unpend.standards.dkim import KeyRecord, read
from unpend.standards.dkim_flaws import Flaw, flaw_of

SHOWN = 24


@dataclass(frozen=True, slots=True)
class Spoilt:
    """A wanted key record, what stands in its place at the same servers, and the answers that show it."""

    record: ExpectedRecord
    found: tuple[Record, ...]
    heard: tuple[Exchange, ...]

    @property
    def wanted(self) -> str:
        return self.record.values[0]

    @property
    def key(self) -> KeyRecord:
        return read(self.found[0].text)


Told = Callable[[Spoilt], Mapping[str, Any]]


def keyed(flaw: Flaw, title: Text, says: Text, told: Told, *more: str) -> Rule:
    """A rule for one accident; `told` gives the sentence's places beside {name}, `more` are further codes it explains."""

    def finds(case: Case) -> Iterator[Finding]:
        for spoilt in spoilt_keys(case, flaw):
            severity = Severity.ERROR if spoilt.record.required else Severity.WARNING
            found = tuple(sorted(r.text for r in spoilt.found))
            yield rule.finding(spoilt.record.name, says, spoilt.heard, severity=severity, found=found, **told(spoilt))

    explains = ("wrong-target", *more)
    rule = Rule(flaw.value, "key", title, finds, explains=explains, special_of="wrong-target")
    return rule


def spoilt_keys(case: Case, flaw: Flaw) -> Iterator[Spoilt]:
    """The wanted keys that this accident befell, once for each content; what a wildcard answers was entered by nobody."""
    for record in case.records:
        if is_key(record) and case.wrong(record) and not case.from_wildcard(record.name, "TXT"):
            for found, heard in _contents(case, record).items():
                if flaw_of([strings_of(r.value) for r in found], record.values[0]) is flaw:
                    yield Spoilt(record, found, tuple(heard))


def is_key(record: ExpectedRecord) -> bool:
    """Whether the record is a DKIM key itself, not a CNAME to one."""
    return record.type == "TXT" and record.purpose is Purpose.DKIM


def _contents(case: Case, record: ExpectedRecord) -> dict[tuple[Record, ...], list[Exchange]]:
    """What stands at the selector where it is not right, with the servers that show it."""
    shown: dict[tuple[str, ...], tuple[tuple[Record, ...], list[Exchange]]] = {}
    for exchange in case.wrong_at(record):
        found = tuple(sorted(exchange.records("TXT"), key=lambda r: r.value))
        shown.setdefault(tuple(r.value for r in found), (found, []))[1].append(exchange)
    return dict(shown.values())


def shortened(material: str) -> str:
    """A key that people can compare: it begins like every key of its size, so the end is shown."""
    return material if len(material) <= SHOWN else "…" + material[-SHOWN:]


def has_key(exchange: Exchange) -> bool:
    """Whether a non-empty p= is in the answer (RFC 6376 section 3.6.1)."""
    texts = [r.text.replace(" ", "") for r in exchange.answer if r.type == "TXT"]
    return any("p=" in text and not text.endswith("p=") and "p=;" not in text for text in texts)

"""Counts of a scan: by verdict, by cause, by DNS host, by mail provider. Grows with the catalogue, not with the input."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from unpend.report.scan.result import INVALID, Result

ORDER = ("ok", "action_required", "waiting", "unknown", INVALID)
NOT_LOOKED = "-"
MOST_BAD = 20
Table = dict[str, Counter[str]]


@dataclass(slots=True)
class Summary:
    """Fed with every result, in any order. `hosts` counts only what was diagnosed: a fast look asks no name server."""

    verdicts: Counter[str] = field(default_factory=Counter)
    causes: Counter[str] = field(default_factory=Counter)
    findings: Counter[str] = field(default_factory=Counter)
    hosts: Table = field(default_factory=dict)
    providers: Table = field(default_factory=dict)
    bad: list[tuple[int, str]] = field(default_factory=list)
    deep: int = 0

    def add(self, result: Result, times: int = 1) -> None:
        """Count one row, or so many that differ in nothing but line and domain."""
        self.verdicts[result.verdict] += times
        if result.verdict == INVALID:
            if len(self.bad) < MOST_BAD:
                self.bad.append((result.line, result.message))
            return
        self.deep += times * (result.by == "deep")
        self.findings.update(dict.fromkeys(result.codes, times))
        if result.cause and result.verdict != "ok":
            self.causes[result.cause] += times
        if result.by == "deep":
            _counted(self.hosts, result.dns_host, result.verdict, times)
        _counted(self.providers, result.provider, result.verdict, times)

    @property
    def rows(self) -> int:
        return self.verdicts.total()


def _counted(table: Table, name: str | None, verdict: str, times: int) -> None:
    table.setdefault(name or NOT_LOOKED, Counter())[verdict] += times


def ranked(table: Table) -> list[tuple[str, Counter[str]]]:
    """The rows of a table: most to do first, then by name."""
    return sorted(table.items(), key=lambda item: (item[1]["ok"] - item[1].total(), item[0]))


def exit_code(summary: Summary) -> int:
    """1: somebody must act; 4: something could not be told or read; 3: only waiting; 2: no row could be read; 0: all well."""
    counts = summary.verdicts
    if counts[INVALID] == summary.rows:
        return 2
    if counts["action_required"]:
        return 1
    if counts["unknown"] or counts[INVALID]:
        return 4
    return 3 if counts["waiting"] else 0

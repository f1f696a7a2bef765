"""A zone as a strict panel keeps it, for tests: applies a plan change by change and refuses what a panel would refuse."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from world import Host, Paper

from unpend.diagnosis.case import Case
from unpend.diagnosis.compare import holds
from unpend.diagnosis.diagnose import diagnose
from unpend.model.expected import Expected, ExpectedRecord, ProviderView, Purpose
from unpend.model.plan import Change, Op, Plan
from unpend.model.records import Record
from unpend.repair.planner import plan_for

DOMAIN = "example.com."
Sets = dict[tuple[str, str], tuple[str, ...]]


class EditError(Exception):
    """What a panel says to an edit that does not fit what stands there."""


@dataclass
class Sheet:
    """(name, type) → values; names absolute, TXT unquoted."""

    sets: Sets = field(default_factory=dict)
    zone: str = DOMAIN

    def put(self, name: str, type_: str, *values: str) -> Sheet:
        self.sets[name, type_] = tuple(dict.fromkeys((*self.sets.get((name, type_), ()), *values)))
        return self

    def text(self) -> str:
        lines = [(n, t, _shown(t, v)) for (n, t), values in self.sets.items() for v in values]
        return "\n".join(" ".join(line) for line in lines)

    def values(self, name: str, type_: str) -> tuple[str, ...]:
        return self.sets.get((name, type_), ())

    def holds(self, record: ExpectedRecord) -> bool:
        values = self.values(record.name, record.type)
        return bool(values) and holds(
            record, tuple(Record(record.name, record.type, 300, _shown(record.type, v)) for v in values)
        )

    def apply(self, plan: Plan) -> Sheet:
        """The zone after the plan's changes, in their order."""
        after = Sheet(dict(self.sets), self.zone)
        for change in plan.changes:
            if isinstance(change, Change):
                after._make(change)
        return after

    def _make(self, change: Change) -> None:
        key = (change.name, change.type)
        standing = self.sets.get(key, ())
        if change.zone != self.zone:
            raise EditError(f"{change.name} is not in {self.zone}")
        if change.op is Op.DELETE:
            self._delete(key, standing, change)
            return
        if (change.op is Op.CREATE) is bool(standing) or set(change.before) != set(standing):
            raise EditError(f"{change.op} {key}: {standing} stands there, not {change.before}")
        if change.type == "CNAME" and (len(change.values) > 1 or change.name == self.zone):
            raise EditError(f"CNAME at {change.name}")
        others = {t for n, t in self.sets if n == change.name and t != change.type}
        if others and (change.type == "CNAME" or "CNAME" in others):
            raise EditError(f"{change.name}: {change.type} beside {others}")
        self.sets[key] = change.values

    def _delete(self, key: tuple[str, str], standing: tuple[str, ...], change: Change) -> None:
        if not change.values or not set(change.values) <= set(standing):
            raise EditError(f"delete {key}: {change.values} not in {standing}")
        left = tuple(value for value in standing if value not in change.values)
        if left:
            self.sets[key] = left
        else:
            del self.sets[key]


def _shown(type_: str, value: str) -> str:
    quoted = value.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{quoted}"' if type_ == "TXT" else value


def seen(sheet: Sheet, expected: Expected, **host: object) -> Case:
    """The case of two servers that hold the sheet."""
    names = ("ns1.example.com.", "ns2.example.com.")
    hosts = [Host(name, sheet.text(), zone=sheet.zone, **host) for name in names]  # type: ignore[arg-type]
    return Paper(hosts, expected).case()


def planned(sheet: Sheet, expected: Expected, **host: object) -> Plan:
    """The plan that follows from it."""
    case = seen(sheet, expected, **host)
    return plan_for(case, diagnose(case))


def changes(plan: Plan) -> list[Change]:
    return [change for change in plan.changes if isinstance(change, Change)]


def wanted(
    type_: str,
    name: str,
    *values: str,
    purpose: Purpose = Purpose.DKIM,
    required: bool = True,
) -> ExpectedRecord:
    return ExpectedRecord(purpose, f"{name}.{DOMAIN}" if name else DOMAIN, type_, values, required)


def expecting(*records: ExpectedRecord, provider: str | None = None, failed: bool = False) -> Expected:
    view = ProviderView(verification_status="FAILED") if failed else None
    return Expected(DOMAIN, records, provider=provider, view=view)


def all_right(sheet: Sheet, records: Iterable[ExpectedRecord]) -> bool:
    return all(sheet.holds(record) for record in records)

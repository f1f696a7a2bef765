"""A table for spreadsheets and for import pages of DNS panels: Action, Type, Name, Value, TTL."""

from __future__ import annotations

import csv
import io

from unpend.model.plan import Plan
from unpend.report.plan_as.sets import bare, edits

HEADER = ("Action", "Type", "Name", "Value", "TTL")
# A spreadsheet takes a cell that begins like this for a formula.
FORMULA = ("=", "+", "-", "@", "\t", "\r")


def render(plan: Plan, host: str = "") -> str:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(HEADER)
    for change in edits(plan):
        lost = [value for value in change.before if value not in change.after]
        writer.writerows(map(_safe, (("delete", change.type, bare(change.name), v, "") for v in lost)))
        writer.writerows(
            map(_safe, (("add", change.type, bare(change.name), v, str(change.ttl)) for v in change.after))
        )
    return out.getvalue()


def _safe(cells: tuple[str, ...]) -> tuple[str, ...]:
    return tuple("'" + cell if cell.startswith(FORMULA) else cell for cell in cells)

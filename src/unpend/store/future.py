"""Rows of a time that has not come: written while the clock was ahead. They are brought back, so that nothing waits for it.

What was looked at or tried in the future counts as just looked at or tried, and keeps its pause: so nothing falls due
all at once. What has no such time and is due later than anything may be is due now.
"""

from __future__ import annotations

from sqlalchemy import Connection, text

from unpend.lifecycle import DRIFT_PAUSE, JITTER, LONGEST_PAUSE, NEVER, OPEN
from unpend.store.connect import Database
from unpend.store.hot import Batch
from unpend.store.rows import STATE_NUMBER

AT_ONCE = 1000
UNHEARD = 900.0  # until a diagnosis that heard too little is made again: the longest that one is put off
LONGEST_TRY = 36_000.0  # longer than the longest pause between two tries of a webhook
MOST = 1 + JITTER
_OPEN = ", ".join(str(STATE_NUMBER[state]) for state in sorted(OPEN))
_WAITING = " OR ".join(f"i.{machine}_state IN ({_OPEN})" for machine in ("ownership", "dkim", "mail_from"))
# In the order of the primary key, so that all of it is one walk; nothing is locked by it.
LOOKS = text(
    "SELECT s.id, s.rev, s.due_at, s.checked_at FROM schedule s JOIN identity i ON i.id = s.id "  # noqa: S608 - our own words
    "WHERE s.id > :after AND s.due_at > :late AND s.due_at < :never AND (COALESCE(s.checked_at, i.created_at) > :late "
    f"OR s.due_at > :far OR (s.due_at > :soon AND i.kind = 0 AND ({_WAITING}))) ORDER BY s.id LIMIT :limit"
)
LOOK = Batch(
    "id:bigint r:integer due:float8 at:float8",
    "UPDATE schedule SET due_at = u.due, checked_at = u.at, rev = schedule.rev + 1 FROM {rows} "
    "WHERE schedule.id = u.id AND schedule.rev = u.r RETURNING schedule.id",
)
DIAGNOSES = text("UPDATE deep SET due_at = :now WHERE due_at > :late")
# Who posts at this moment still says how it ended: `rev` stays.
TRIED = text(
    "UPDATE delivery SET tried_at = :now, due_at = :now + CASE WHEN due_at > tried_at THEN due_at - tried_at ELSE 0 END "
    "WHERE due_at > :late AND tried_at > :late AND due_at <= tried_at + :longest"
)
LEASED = text(
    "UPDATE delivery SET due_at = :now WHERE due_at > :late "
    "AND (tried_at IS NULL OR tried_at > :late OR due_at > tried_at + :longest)"
)


def bring_back(database: Database, now: float, slack: float) -> int:
    """Bring back what lies more than `slack` ahead of `now` and cannot be meant so; how many rows."""
    moved = _looks(database, now, slack)
    with database.writing() as connection:
        moved += _run(connection, DIAGNOSES, now=now, late=now + UNHEARD + slack)
        times = {"now": now, "late": now + slack, "longest": LONGEST_TRY + slack}
        return moved + _run(connection, TRIED, **times) + _run(connection, LEASED, **times)


def _looks(database: Database, now: float, slack: float) -> int:
    bounds = {"late": now + slack, "soon": now + LONGEST_PAUSE * MOST + slack, "far": now + DRIFT_PAUSE * MOST + slack}
    after, moved = -1, 0
    while True:
        with database.reading() as connection:
            found = connection.execute(LOOKS, {"after": after, "never": NEVER, "limit": AT_ONCE, **bounds}).all()
        rows = [(row[0], row[1], *_brought_back(row[2], row[3], now, slack)) for row in found]
        with database.writing() as connection:
            moved += len(LOOK.run(connection, rows))
        if len(found) < AT_ONCE:
            return moved
        after = found[-1][0]


def _brought_back(due_at: float, checked_at: float | None, now: float, slack: float) -> tuple[float, float | None]:
    """When the look is due instead, and when the last one was."""
    if checked_at is None or checked_at <= now + slack:
        return now, checked_at
    return now + min(max(due_at - checked_at, 0.0), DRIFT_PAUSE * MOST), now


def _run(connection: Connection, statement: object, **given: float) -> int:
    return int(connection.execute(statement, given).rowcount)  # type: ignore[call-overload]

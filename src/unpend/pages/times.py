"""Times as a reader takes them: how far away, with the time itself behind it."""

from __future__ import annotations

from dataclasses import dataclass

from unpend.lifecycle import NEVER
from unpend.model.text import Text
from unpend.pages import words
from unpend.report.as_json import rfc3339
from unpend.report.outline import utc
from unpend.report.phrases import span


@dataclass(frozen=True, slots=True)
class When:
    """A time. `text` says how far away it is, `utc` when it is, `iso` the same for programs."""

    text: Text
    utc: str
    iso: str


def when(at: float | None, now: float) -> When | None:
    """The time as seen from now, None where it never is."""
    if at is None or at >= NEVER:
        return None
    away = round(at - now)
    text = words.NOW if abs(away) < 1 else words.IN_SECONDS if away > 0 else words.AGO
    return When(text.fill(span=span(rounded(abs(away)))), utc(at), rfc3339(at) or "")


def lasting(since: float, now: float) -> When | None:
    """A time as a stretch that lasts until now; None where there was no such time."""
    if since <= 0:
        return None
    text = words.LASTING.fill(span=span(rounded(max(1, round(now - since)))))
    return When(text, utc(since), rfc3339(since) or "")


def ending(at: float | None, now: float) -> When | None:
    """A time as the end of a window; None where none runs."""
    if at is None:
        return None
    return When(words.GIVES_UP.fill(span=span(rounded(max(0, round(at - now))))), utc(at), rfc3339(at) or "")


def rounded(seconds: int) -> int:
    """To what a reader cares for: whole minutes from two minutes on, whole hours from two hours, days from two days."""
    unit = next((unit for unit in (86400, 3600, 60) if seconds >= 2 * unit), 1)
    return seconds // unit * unit

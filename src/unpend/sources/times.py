"""Times as tools print them, as Unix seconds."""

from __future__ import annotations

import math
from datetime import UTC, datetime
from typing import Any

LATEST = 253402300799.0  # the last second of the year 9999


def read_time(value: Any) -> float | None:
    """Seconds since 1970 from a number or an ISO 8601 time (UTC where it names no zone); None for anything else."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        seconds = float(value)
    except (ValueError, OverflowError):
        seconds = _iso(str(value).strip())
    return seconds if math.isfinite(seconds) and 0 <= seconds <= LATEST else None


def _iso(text: str) -> float:
    try:
        when = datetime.fromisoformat(text)
        return (when if when.tzinfo else when.replace(tzinfo=UTC)).timestamp()
    except (ValueError, OverflowError):
        return math.nan

"""When a webhook that was not taken is sent again: for a day, ever more rarely, never all at the same second."""

from __future__ import annotations

# Standard Webhooks recommends about these. Eleven tries within a day and an hour at most, jitter included.
PAUSES = (5, 30, 120, 600, 1800, 3600, 7200, 14400, 21600, 28800)
LATEST = 25 * 3600
JITTER = 0.1
LONGEST_WISH = 3600


def next_try(attempt: int, chance: float, wished: float | None = None) -> float | None:
    """Seconds from the `attempt`-th try (from 1) to the next, None after the last.

    `chance` in [0, 1) spreads what failed together. `wished` is the receiver's Retry-After: it may ask for a later try,
    an hour at most, never for an earlier one.
    """
    if attempt > len(PAUSES):
        return None
    pause = PAUSES[attempt - 1] * (1 + JITTER * (2 * chance - 1))
    return max(pause, min(wished or 0.0, LONGEST_WISH))

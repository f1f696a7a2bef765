"""Fewer collections of garbage in a process through which small objects go by the thousand."""

from __future__ import annotations

import gc

OBJECTS = 50_000


def collect_rarely() -> None:
    """Rows, questions and answers come and go and hold no circles: to look for some costs more than it finds. What was
    imported until now is not looked through again."""
    gc.freeze()
    gc.set_threshold(OBJECTS)

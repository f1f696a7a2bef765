"""Property tests draw the same examples each time: a failure belongs to a change, not to the day."""

from __future__ import annotations

from hypothesis import settings

settings.register_profile("same-each-time", derandomize=True, deadline=None)
settings.load_profile("same-each-time")

"""Spans for OpenTelemetry, where its API is installed and somebody collects them; nothing otherwise.

Which collector and how much is the operator's (docs/operate.md): unpend only says where work begins and ends. No span
carries a URL, a secret or what a stranger sent.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from importlib.util import find_spec


@contextlib.contextmanager
def span(name: str, **attributes: str | int | float | bool) -> Iterator[None]:
    """One piece of work. An exception that leaves it marks it as failed, and goes on."""
    if find_spec("opentelemetry") is None:  # the extra "server" brings its API; the engine runs without
        yield
        return
    from opentelemetry.trace import get_tracer

    with get_tracer("unpend").start_as_current_span(name, attributes=attributes):
        yield

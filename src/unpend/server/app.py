"""The application: every door of `unpend serve` and where it is."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Executor

from starlette.routing import BaseRoute, Route, Router

from unpend.server.operating import alive
from unpend.server.ses import SesApp
from unpend.sesv2.door import Door


def application(door: Door, threads: Executor, more: Sequence[BaseRoute] = ()) -> Router:
    """The doors by path; what no other door has is SES's, whose clients know their own paths."""
    return Router([Route("/healthz", alive), *more], redirect_slashes=False, default=SesApp(door, threads))

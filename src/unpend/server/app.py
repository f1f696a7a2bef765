"""The application: every door of `unpend serve` and where it is."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Executor
from dataclasses import dataclass

from starlette.routing import BaseRoute, Route, Router
from starlette.types import ASGIApp, Receive, Scope, Send

from unpend.server.operating import alive
from unpend.server.ses import SesApp
from unpend.sesv2.door import Door

SES = "/v2/email/"


@dataclass(frozen=True, slots=True)
class Doors:
    """SES v2 by its own paths, which most calls are for; everything else by the router."""

    ses: ASGIApp
    others: ASGIApp

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        straight = scope["type"] == "http" and scope["path"].startswith(SES)
        await (self.ses if straight else self.others)(scope, receive, send)


def application(door: Door, threads: Executor, more: Sequence[BaseRoute] = ()) -> Doors:
    """The doors by path; what no other door has is SES's, whose clients know their own paths."""
    ses = SesApp(door, threads)
    return Doors(ses, Router([Route("/healthz", alive), *more], redirect_slashes=False, default=ses))

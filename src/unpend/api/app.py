"""The application behind /api/v1."""

from __future__ import annotations

import asyncio
from typing import Any

from fastapi import FastAPI, Request
from starlette.middleware.base import RequestResponseEndpoint
from starlette.responses import Response

from unpend import __version__
from unpend.api import checks, domains, keys, problems, webhooks
from unpend.api.domains import NotModifiedError
from unpend.api.engine import Engine
from unpend.api.gate import Gate
from unpend.api.problems import ProblemError, problem
from unpend.engine.webhooks.hooks import Hooks

PREFIX = "/api/v1"
LARGEST_BODY = 64 * 1024
SUMMARY = "Domains that are being verified: their records, states, root causes and plans."


def rest_door(engine: Engine, gate: Gate, hooks: Hooks) -> FastAPI:
    """The door; mount it at PREFIX."""
    app = _application()
    app.state.engine = engine
    app.state.gate = gate
    app.state.hooks = hooks
    app.state.streams = asyncio.Semaphore(checks.STREAMS)
    return app


def document() -> dict[str, Any]:
    """The OpenAPI document; nothing is behind the door."""
    return _application().openapi()


def _application() -> FastAPI:
    app = FastAPI(
        title="unpend",
        version=__version__,
        summary=SUMMARY,
        docs_url=None,
        redoc_url=None,
        openapi_url="/openapi.json",
        root_path_in_servers=False,
        servers=[{"url": PREFIX}],
        separate_input_output_schemas=False,
        redirect_slashes=False,
    )
    problems.install(app)
    app.add_exception_handler(NotModifiedError, _not_modified)
    app.middleware("http")(_bounded)
    for each in (domains, checks, webhooks, keys):
        app.include_router(each.router)
    _describe(app)
    return app


def _not_modified(_: Request, error: Exception) -> Response:
    return Response(status_code=304, headers={"etag": getattr(error, "tag", "")})


async def _bounded(request: Request, call_next: RequestResponseEndpoint) -> Response:
    """Bodies are small here; one without a length is not taken, so that none is read that is too large. NUL is in no name,
    and PostgreSQL does not take it in a question."""
    told = request.headers.get("content-length", "")
    if "transfer-encoding" in request.headers or (
        told and (not told.isdecimal() or len(told) > 9 or int(told) > LARGEST_BODY)
    ):
        return problem(request, ProblemError(413, "too-large"))
    if "\0" in request.scope["path"]:
        return problem(request, ProblemError(404, "not-found"))
    if b"%00" in request.scope["query_string"]:
        return problem(request, ProblemError(400, "bad-request"))
    response = await call_next(request)
    response.headers.setdefault("cache-control", "no-store")
    response.headers["x-content-type-options"] = "nosniff"
    return response


def _describe(app: FastAPI) -> None:
    """The OpenAPI document says what FastAPI does not know: problems and keys."""
    plain = app.openapi

    def described() -> dict[str, Any]:
        if app.openapi_schema is None:
            document = plain()
            parts = document.setdefault("components", {})
            parts["securitySchemes"] = {
                "key": {"type": "http", "scheme": "bearer", "bearerFormat": "unpend_PREFIX_SECRET"}
            }
            parts["schemas"]["Problem"] = _PROBLEM
            parts["schemas"].pop("HTTPValidationError", None)
            parts["schemas"].pop("ValidationError", None)
            document["security"] = [{}, {"key": []}]
            for path in document["paths"].values():
                for operation in path.values():
                    operation["responses"].pop("422", None)
                    operation["responses"]["default"] = _REFUSED
            app.openapi_schema = document
        return app.openapi_schema

    app.openapi = described  # type: ignore[method-assign]


_PROBLEM = {
    "type": "object",
    "description": "RFC 9457. `type` never changes; `title` and `detail` are for people, in their language.",
    "required": ["type", "title", "status"],
    "properties": {
        "type": {"type": "string", "enum": [problems.PREFIX + kind for kind in problems.TITLES]},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "instance": {"type": "string"},
        "errors": {"type": "array", "items": {"type": "object"}},
    },
}
_REFUSED = {
    "description": "What is refused, and why.",
    "content": {problems.MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
}

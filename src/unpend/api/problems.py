"""What is refused, as RFC 9457 problems: `type` is for programs and never changes, `title` and `detail` are for people."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, Response

from unpend.api.languages import language_of
from unpend.model.errors import (
    CaseFileError,
    IdentityExistsError,
    LimitError,
    StoreError,
    UnknownEndpointError,
    UnknownIdentityError,
    UnpendError,
)
from unpend.model.text import Text

PREFIX = "urn:unpend:problem:"
MEDIA_TYPE = "application/problem+json"
RETRY_AFTER = 5
TITLES = {
    "bad-request": Text(en="The request cannot be used", ja="リクエストを受け付けられません"),
    "unauthorized": Text(en="An API key is needed", ja="API キーが必要です"),
    "forbidden": Text(en="This key may not do that", ja="この API キーでは許可されていません"),
    "not-found": Text(en="There is no such thing", ja="見つかりません"),
    "method-not-allowed": Text(en="That cannot be done here", ja="この操作はできません"),
    "conflict": Text(en="It exists already", ja="既に存在します"),
    "changed-meanwhile": Text(en="It has changed meanwhile", ja="その間に変更されています"),
    "key-reused": Text(
        en="The Idempotency-Key belongs to another request", ja="Idempotency-Key は別のリクエストで使用済みです"
    ),
    "in-progress": Text(en="The first request is still under way", ja="最初のリクエストを処理中です"),
    "too-large": Text(en="The body is too large", ja="本文が大きすぎます"),
    "limit": Text(en="There are too many", ja="上限に達しています"),
    "unavailable": Text(en="Not available now", ja="現在利用できません"),
    "internal": Text(en="An error of ours", ja="内部エラー"),
}
BY_STATUS = {
    400: "bad-request",
    401: "unauthorized",
    403: "forbidden",
    404: "not-found",
    405: "method-not-allowed",
    409: "conflict",
    413: "too-large",
    503: "unavailable",
}


class ProblemError(Exception):
    """A refusal. `kind` is a key of TITLES."""

    def __init__(
        self, status: int, kind: str, detail: Text | None = None, headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(kind)
        self.status = status
        self.kind = kind
        self.detail = detail
        self.headers = dict(headers or {})


def problem(request: Request, error: ProblemError, more: Mapping[str, Any] | None = None) -> Response:
    """The problem in the caller's language."""
    lang = language_of(request)
    body: dict[str, Any] = {
        "type": PREFIX + error.kind,
        "title": TITLES[error.kind].of(lang),
        "status": error.status,
        "detail": error.detail.of(lang) if error.detail else None,
        "instance": request.url.path,
        **(more or {}),
    }
    kept = {name: value for name, value in body.items() if value is not None}
    return JSONResponse(kept, error.status, error.headers, MEDIA_TYPE)


def translated(error: UnpendError) -> ProblemError:
    """What the engine refuses, as a problem."""
    detail = (
        Text(en=f"{error.message.of('en')} {error.hint.of('en')}", ja=f"{error.message.of('ja')}{error.hint.of('ja')}")
        if error.hint
        else error.message
    )
    if isinstance(error, UnknownIdentityError | UnknownEndpointError):
        return ProblemError(404, "not-found", detail)
    if isinstance(error, IdentityExistsError):
        return ProblemError(409, "conflict", detail)
    if isinstance(error, LimitError):
        return ProblemError(409, "limit", detail)
    if isinstance(error, CaseFileError):
        return ProblemError(500, "internal")
    if isinstance(error, StoreError):
        return ProblemError(503, "unavailable", detail, {"retry-after": str(RETRY_AFTER)})
    return ProblemError(400, "bad-request", detail)


def install(app: FastAPI) -> None:
    """Every error of the application is a problem."""

    @app.exception_handler(ProblemError)
    def _problem(request: Request, error: ProblemError) -> Response:
        return problem(request, error)

    @app.exception_handler(UnpendError)
    def _unpend(request: Request, error: UnpendError) -> Response:
        return problem(request, translated(error))

    @app.exception_handler(RequestValidationError)
    def _invalid(request: Request, error: RequestValidationError) -> Response:
        errors = [
            {"in": [str(part)[:100] for part in each["loc"]], "message": each["msg"][:200]}
            for each in error.errors()[:20]
        ]
        return problem(request, ProblemError(400, "bad-request"), {"errors": errors})

    @app.exception_handler(HTTPException)
    def _http(request: Request, error: HTTPException) -> Response:
        return problem(request, ProblemError(error.status_code, BY_STATUS.get(error.status_code, "bad-request")))

    @app.exception_handler(Exception)
    def _internal(request: Request, _error: Exception) -> Response:
        return problem(request, ProblemError(500, "internal"))

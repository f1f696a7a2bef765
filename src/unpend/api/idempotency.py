"""Idempotency-Key: who repeats a request because no answer came gets the first one's answer, and nothing is done twice.

As in draft-ietf-httpapi-idempotency-key-header: the same key with another request is refused, and so is a repetition while
the first one is still under way. What failed for a reason that may pass (5xx) is forgotten.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
from collections.abc import Callable, Coroutine
from typing import Any

from fastapi import Request, Response
from fastapi.routing import APIRoute

from unpend.api.engine import Engine
from unpend.api.gate import Caller, Gate
from unpend.api.problems import ProblemError, problem
from unpend.engine.secret import Secret
from unpend.engine.webhooks.hooks import Hooks
from unpend.store.replies import PENDING, Reply

HEADER = "idempotency-key"
LONGEST = 255
METHODS = frozenset({"POST", "PATCH", "DELETE"})
KEPT_HEADERS = ("content-type", "location", "etag")
Handler = Callable[[Request], Coroutine[Any, Any, Response]]


class Idempotent(APIRoute):
    """A route whose writes can be repeated safely."""

    def get_route_handler(self) -> Handler:
        handle = super().get_route_handler()

        async def handled(request: Request) -> Response:
            key = request.headers.get(HEADER)
            if key is None or request.method not in METHODS:
                return await handle(request)
            if not 1 <= len(key) <= LONGEST:
                raise ProblemError(400, "bad-request")
            return await _once(request, key, handle)

        return handled


async def _once(request: Request, key: str, handle: Handler) -> Response:
    gate: Gate = request.app.state.gate
    engine: Engine = request.app.state.engine
    caller = await asyncio.to_thread(gate.admit, request, "write")
    body = await request.body()
    digest = hashlib.sha256(b"\0".join((request.method.encode(), request.url.path.encode(), body))).digest()
    clock = engine.identities.clock
    held = await asyncio.to_thread(engine.replies.claim, caller.account, key, digest, clock.wall())
    secret, about = _sealing(request, caller, key)
    if held is not None:
        return _repeated(held, digest, lambda body: secret.open(body, about))
    status = 500
    try:
        response = await handle(request)
        status = response.status_code
    except ProblemError as error:
        response = problem(request, error)
        status = error.status
    finally:
        if status >= 500:
            await asyncio.to_thread(engine.replies.forget, caller.account, key)
    headers = {name: response.headers[name] for name in KEPT_HEADERS if name in response.headers}
    kept = Reply(digest, status, json.dumps(headers), secret.seal(bytes(response.body), about))
    if status < 500:
        await asyncio.to_thread(engine.replies.keep, caller.account, key, kept, clock.wall())
    return response


def _sealing(request: Request, caller: Caller, key: str) -> tuple[Secret, str]:
    """An answer may hold a webhook's secret, so it is kept as that is: sealed, and bound to whom it was given."""
    hooks: Hooks = request.app.state.hooks
    return hooks.secret, f"reply {caller.account} {key}"


def _repeated(held: Reply, digest: bytes, opened: Callable[[bytes], bytes]) -> Response:
    if held.digest != digest:
        raise ProblemError(422, "key-reused")
    if held.status == PENDING:
        raise ProblemError(409, "in-progress", headers={"retry-after": "1"})
    return Response(opened(held.body), held.status, json.loads(held.headers))

"""The SES doors: one request in, one answer out. No socket is seen here; the server hands requests in and answers out.

What is asked goes through the gate first, then to its operation: v2 by method and path (rest-json), v1 by `Action` at `POST /` (query).
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import replace
from random import getrandbits

import msgspec

from unpend.engine.identities import Identities
from unpend.model.errors import (
    IdentityError,
    IdentityExistsError,
    LimitError,
    StoreError,
    UnknownIdentityError,
    UnpendError,
)
from unpend.sesv2 import attributes, identities, policies, query, routes, signing, tags, v1
from unpend.sesv2.call import Call, Likeness, Operation
from unpend.sesv2.errors import SesError, already_exists, bad_request, limit_exceeded, not_found, unknown_operation
from unpend.sesv2.gate import Caller, Gate
from unpend.sesv2.request import Answer, Request

OPERATIONS: Mapping[str, Operation] = {
    **identities.OPERATIONS,
    **signing.OPERATIONS,
    **attributes.OPERATIONS,
    **tags.OPERATIONS,
    **policies.OPERATIONS,
}
LARGEST_BODY = 256 * 1024
UNREAD = (408, 413)  # the rest of the body is still coming, and nobody will read it


class Door:
    """Both SES APIs over one set of identities."""

    def __init__(self, engine: Identities, gate: Gate, likeness: Likeness | None = None) -> None:
        self.engine = engine
        self.gate = gate
        self.likeness = likeness or Likeness()

    def answer(self, request: Request) -> Answer:
        """Synchronous: some tenths of a millisecond, with one transaction in it."""
        asked = request_id()
        old = request.path == "/"
        try:
            caller = self.gate.admit(request, self.engine.clock.wall())
            return self._v1(request, caller, asked) if old else self._v2(request, caller, asked)
        except UnpendError as error:
            told = _translated(error)
        except SesError as error:
            told = error
        return refusal(told, request.path, asked)

    def _v2(self, request: Request, caller: Caller, asked: str) -> Answer:
        name, named = routes.match(request.method, request.path)
        operation = OPERATIONS.get(name)
        if operation is None:
            raise unknown_operation(name)
        self._limit(caller, name)
        call = Call(self.engine, caller, named, request, likeness=self.likeness)
        body = msgspec.json.encode(operation(call))
        return Answer(200, {**_headers(asked), **call.notes}, body)

    def _v1(self, request: Request, caller: Caller, asked: str) -> Answer:
        form = query.read(request)
        action = v1.action_of(form)
        self._limit(caller, form.action)
        result = action(form, Call(self.engine, caller, {}, request, likeness=self.likeness))
        return query.answered(form.action, result, asked)

    def _limit(self, caller: Caller, operation: str) -> None:
        if self.likeness.limits is not None:
            self.likeness.limits.admit(caller, operation, self.engine.clock.wall())


def refusal(error: SesError, path: str, asked: str | None = None) -> Answer:
    """The error in the protocol of the door that was called."""
    asked = asked or request_id()
    told = query.refused(error, asked) if path == "/" else _refused(error, asked)
    return replace(told, headers={**told.headers, "connection": "close"}) if error.status in UNREAD else told


def request_id() -> str:
    """A name for the request, that nobody has to be unable to guess: so it needs no call of the system."""
    return str(uuid.UUID(int=getrandbits(128), version=4))


def _headers(asked: str) -> Mapping[str, str]:
    return {"content-type": "application/json", "x-amzn-requestid": asked}


def _refused(error: SesError, asked: str) -> Answer:
    body = msgspec.json.encode({"message": error.message})
    return Answer(error.status, {**_headers(asked), "x-amzn-errortype": error.code}, body)


def _translated(error: UnpendError) -> SesError:
    """What the engine refuses, in SES's words. A database that is away is SES's 503, which every SDK retries."""
    told = str(error)
    if isinstance(error, UnknownIdentityError):
        return not_found(told)
    if isinstance(error, IdentityExistsError):
        return already_exists(told)
    if isinstance(error, LimitError):
        return limit_exceeded(told)
    if isinstance(error, StoreError):
        return SesError("ServiceUnavailableException", told, 503)
    return (
        bad_request(told) if isinstance(error, IdentityError) else SesError("InternalFailure", "Internal failure.", 500)
    )

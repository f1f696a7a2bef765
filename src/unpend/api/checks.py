"""/api/v1/domains/{id}/…: why it is as it is, and looking again."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from time import monotonic
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import StreamingResponse

from unpend.api.domains import etag
from unpend.api.engine import Behind, Engine, Reader, Writer
from unpend.api.idempotency import Idempotent
from unpend.api.insights import cause_of, report_of
from unpend.api.languages import language_of
from unpend.api.problems import ProblemError
from unpend.api.shapes import Accepted, Domain, History, domain_shape, step_shape
from unpend.engine.deep import case_of
from unpend.model.identity import Identity
from unpend.model.text import Lang, Text
from unpend.report.as_json import as_dict
from unpend.store.insights import insight_of

router = APIRouter(prefix="/domains/{id}", tags=["checks"], route_class=Idempotent)
RETRY_AFTER = 5
STREAMS = 200
STREAM_LASTS = 900.0
STREAM_LOOKS = 1.0
STREAM_BEATS = 15.0
TOO_MANY = Text(en="Too many streams are open.", ja="開いているストリームが多すぎます。")


@router.post("/check", status_code=202, operation_id="checkDomain")
def check(id: str, caller: Writer, engine: Behind, response: Response) -> Accepted:  # noqa: A002
    """Look at it at once. No state is reset: what is verified stays so unless the look shows otherwise."""
    found = engine.identities.look_now(engine.find(caller, id).key)
    response.headers["retry-after"] = str(RETRY_AFTER)
    return Accepted(id=found.uid, retry_after=RETRY_AFTER)


@router.post("/restart", status_code=202, operation_id="restartDomain")
def restart(id: str, caller: Writer, engine: Behind, response: Response) -> Accepted:  # noqa: A002
    """Begin anew what has failed: another 72 hours. What is pending or verified is left as it is."""
    found = engine.identities.begin(engine.find(caller, id).key)
    response.headers["retry-after"] = str(RETRY_AFTER)
    return Accepted(id=found.uid, retry_after=RETRY_AFTER)


@router.get("/report", operation_id="getReport", responses={404: {"description": "Not diagnosed yet: Retry-After."}})
def report(id: str, caller: Reader, engine: Behind, request: Request) -> dict[str, Any]:  # noqa: A002
    """The last deep diagnosis: root cause, evidence and plan, as `unpend check --format json` prints it (unpend.report/1)."""
    found = report_of(engine.identities.store, engine.find(caller, id))
    return as_dict(found, language_of(request))


@router.get("/history", operation_id="getHistory")
def history(
    id: str,  # noqa: A002
    caller: Reader,
    engine: Behind,
    limit: Annotated[int, Query(ge=1, le=1000)] = 200,
) -> History:
    """Every transition, with the answers that caused it."""
    key = engine.find(caller, id).key
    return History(items=[step_shape(step) for step in engine.identities.history(key, limit)])


@router.get("/case", operation_id="getCase", response_class=Response)
def case(id: str, caller: Reader, engine: Behind) -> Response:  # noqa: A002
    """The case file of the last diagnosis: every question and answer, for `unpend replay`."""
    identity = engine.find(caller, id)
    found = insight_of(engine.identities.store, identity.id)
    if found is None:
        raise ProblemError(404, "not-found")
    name = f'attachment; filename="{identity.key.name}.case.json"'
    return Response(case_of(found), media_type="application/json", headers={"content-disposition": name})


@router.get("/events", operation_id="streamDomain", response_class=StreamingResponse)
async def events(id: str, caller: Reader, engine: Behind, request: Request) -> Response:  # noqa: A002
    """The domain, now and whenever it changes (server-sent events). The stream ends after 15 minutes: connect again."""
    identity = await asyncio.to_thread(engine.find, caller, id)
    return stream(request, engine, identity, language_of(request), request.app.state.streams)


def stream(request: Request, engine: Engine, identity: Identity, lang: Lang, limit: asyncio.Semaphore) -> Response:
    """The stream of one domain; who connects again with Last-Event-ID is not told what it knows."""
    if limit.locked():
        raise ProblemError(503, "unavailable", TOO_MANY, {"retry-after": "30"})
    known = request.headers.get("last-event-id", "")[:20]
    told = _told(engine, identity, lang, limit, f'"{identity.id}.{known}"')
    return StreamingResponse(told, media_type="text/event-stream", headers={"cache-control": "no-store"})


async def _told(
    engine: Engine, identity: Identity, lang: Lang, limit: asyncio.Semaphore, last: str
) -> AsyncIterator[str]:
    store, ends = engine.identities.store, monotonic() + STREAM_LASTS
    beat = monotonic()
    async with limit:
        while monotonic() < ends:
            found = await asyncio.to_thread(store.by_uid, identity.uid)
            if found is None:
                yield "event: deleted\ndata: {}\n\n"
                return
            if etag(found) != last:
                shown = await asyncio.to_thread(_shown, engine, found, lang)
                last, beat = etag(found), monotonic()
                yield f"id: {found.rev}\nevent: domain\ndata: {json.dumps(shown.model_dump(), ensure_ascii=False)}\n\n"
            elif monotonic() - beat > STREAM_BEATS:
                beat = monotonic()
                yield ": still here\n\n"
            await asyncio.sleep(STREAM_LOOKS)


def _shown(engine: Engine, found: Identity, lang: Lang) -> Domain:
    return domain_shape(found, None if found.verified else cause_of(engine.identities.store, found, lang))

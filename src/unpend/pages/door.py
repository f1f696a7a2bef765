"""The pages' routes. What they do not have (`POST /` above all) is left to the doors behind them."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

from starlette.requests import ClientDisconnect, Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Match, Route
from starlette.types import Scope

from unpend.api.checks import stream
from unpend.api.engine import Engine
from unpend.api.gate import Caller
from unpend.api.problems import TITLES, ProblemError, translated
from unpend.model.errors import UnpendError
from unpend.model.identity import Identity, IdentityKey, Kind
from unpend.pages import acts, gate, words
from unpend.pages.asked import form, language, link, trusted
from unpend.pages.domain import sheet
from unpend.pages.gate import PageGate, SignInError
from unpend.pages.listing import listing, region_of
from unpend.pages.render import HEADERS, Reader, file, page

Handler = Callable[[Request], Awaitable[Response]]
LONGEST_NAME = 253


class Own(Route):
    """A route of exactly its methods: another one is not ours to refuse."""

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        match, child = super().matches(scope)
        if scope["type"] != "http" or match is not Match.FULL:
            return Match.NONE, {}
        return match, child


@dataclass(frozen=True, slots=True)
class Pages:
    """The pages over the engine. `streams` bounds the streams of all doors together."""

    engine: Engine
    gate: PageGate
    streams: asyncio.Semaphore

    def routes(self) -> list[BaseRoute]:
        """All of them."""
        told = (
            ("/", "GET", self.list),
            ("/domains", "POST", self.add),
            ("/domains/{name}", "GET", self.domain),
            ("/domains/{name}/events", "GET", self.events),
            ("/domains/{name}/{act:str}", "POST", self.act),
            ("/sign-in", "POST", self.sign_in),
            ("/sign-out", "POST", self.sign_out),
            ("/pages/{name}", "GET", _file),
        )
        return [Own(path, self._answering(handler), methods=[method]) for path, method, handler in told]

    def _answering(self, handler: Handler) -> Handler:
        """Whatever is refused is a page as well."""

        async def answered(request: Request) -> Response:
            try:
                return await handler(request)
            except SignInError:
                return self._sign_in_page(request)
            except ProblemError as error:
                return self._refusal(request, error)
            except ClientDisconnect:
                return Response(status_code=400)
            except UnpendError as error:
                return self._refusal(request, translated(error))

        return answered

    async def list(self, request: Request) -> Response:
        """The domains."""
        return await asyncio.to_thread(self._list, request)

    def _list(self, request: Request, status: int = 200, **more: Any) -> Response:
        reader = self._reader(request)
        told = {"trouble": None, "typed": {}} | more
        return page(request, "list.html", reader, status, list=listing(self.engine, reader.caller, request), **told)

    async def add(self, request: Request) -> Response:
        """Begin to verify a domain; what cannot be is said beside what was typed."""
        gate.refuse_others(request)
        typed = await form(request)

        def added() -> Response:
            caller = self.gate.admit(request, "write")
            try:
                return _see(acts.add(self.engine, caller, region_of(request, self.engine), typed))
            except UnpendError as error:
                told = translated(error)
            except ProblemError as error:
                told = error
            return self._list(request, told.status, trouble=told.detail or TITLES[told.kind], typed=typed)

        return await asyncio.to_thread(added)

    async def domain(self, request: Request) -> Response:
        """One domain."""
        return await asyncio.to_thread(self._domain, request)

    def _domain(self, request: Request) -> Response:
        reader = self._reader(request)
        found = self._find(request, reader.caller)
        return page(request, "domain.html", reader, sheet=sheet(self.engine, found, language(request)))

    async def events(self, request: Request) -> Response:
        """The same stream as the REST door's."""
        found = await asyncio.to_thread(lambda: self._find(request, self._reader(request).caller))
        return stream(request, self.engine, found, language(request), self.streams)

    async def act(self, request: Request) -> Response:
        """One of the buttons of a domain."""
        gate.refuse_others(request)
        typed, act = await form(request), acts.ACTS.get(request.path_params["act"])
        if act is None:
            raise ProblemError(404, "not-found")

        def done() -> Response:
            return _see(act(self.engine, self._find(request, self.gate.admit(request, "write")), typed))

        return await asyncio.to_thread(done)

    async def sign_in(self, request: Request) -> Response:
        """A session for a key."""
        gate.refuse_others(request)
        typed = await form(request)
        word = await asyncio.to_thread(self.gate.session, typed.get("key", "")[:200])
        if word is None:
            return self._sign_in_page(request, words.WRONG_KEY, typed.get("next", ""))
        response = _see(acts.inside(typed.get("next", "")))
        gate.begin(response, word, secure=request.headers["origin"].lower().startswith("https:"))
        return response

    async def sign_out(self, request: Request) -> Response:
        """The end of the session in this browser."""
        gate.refuse_others(request)
        response = _see("/")
        gate.end(response)
        return response

    def _reader(self, request: Request) -> Reader:
        return Reader(self.gate.admit(request), not self.gate.open)

    def _find(self, request: Request, caller: Caller) -> Identity:
        name = request.path_params["name"][:LONGEST_NAME].lower().rstrip(".")
        if "\0" in name:
            raise ProblemError(404, "not-found")
        found = self.engine.identities.find(IdentityKey(caller.account, region_of(request, self.engine), name))
        if found is None or found.kind is not Kind.DOMAIN:
            raise ProblemError(404, "not-found")
        return found

    def _sign_in_page(self, request: Request, trouble: Any = None, then: str = "") -> Response:
        """Asked again from here where the way led in from another site: only then the browser sends its session."""
        wanted = then or (link(request.url.path, request.query_params) if request.method == "GET" else "/")
        again = request.headers.get("sec-fetch-site") == "cross-site" and request.method == "GET"
        told = {"trouble": trouble, "next": acts.inside(wanted), "again": again, "plain": not trusted(request)}
        return page(request, "sign_in.html", None, 401, account=self.gate.account, **told)

    def _refusal(self, request: Request, error: ProblemError) -> Response:
        told: Mapping[str, Any] = {"title": TITLES[error.kind], "detail": error.detail}
        return page(request, "refused.html", None, error.status, **told)


async def _file(request: Request) -> Response:
    found = file(request.path_params["name"])
    if found is None:
        raise ProblemError(404, "not-found")
    return found


def _see(where: str) -> Response:
    return RedirectResponse(where, 303, HEADERS)

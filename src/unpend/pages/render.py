"""From what is known to HTML. Every value is escaped by Jinja and freed of control characters; a Text takes the reader's language."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import Response

from unpend.api.gate import Caller
from unpend.engine.api_keys import allows
from unpend.model.text import Lang, Text
from unpend.pages import words
from unpend.pages.asked import LANG_COOKIE, address, language
from unpend.report import phrases
from unpend.report.escape import for_terminal

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'"
)
HEADERS = {
    "cache-control": "no-store",
    "content-security-policy": POLICY,
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "same-origin",  # not no-referrer: with that a browser's forms say `Origin: null`
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "vary": "accept-language, cookie",
}
KINDS = {"style.css": "text/css", "live.js": "text/javascript", "icon.svg": "image/svg+xml"}
YEAR = 31_536_000


@dataclass(frozen=True, slots=True)
class Reader:
    """Who reads, as the page needs to know it."""

    caller: Caller
    signed_in: bool

    @property
    def writes(self) -> bool:
        """Whether there are buttons."""
        return allows(self.caller.scopes, "write")


def page(request: Request, name: str, reader: Reader | None = None, status: int = 200, **told: Any) -> Response:
    """The page from its template."""
    lang = language(request)
    given = {"lang": lang, "w": words, "phrases": phrases, "reader": reader, "address": address(request)}
    other = request.url.include_query_params(lang="en" if lang == "ja" else "ja")
    switch = {"switch": f"{other.path}?{other.query}", "style": file_link("style.css"), "script": file_link("live.js")}
    text = _environment(lang).get_template(name).render(**given, **switch, icon=file_link("icon.svg"), **told)
    response = Response(text, status, HEADERS | {"content-language": lang}, "text/html; charset=utf-8")
    if request.query_params.get("lang", "") in {"en", "ja"}:
        response.set_cookie(LANG_COOKIE, lang, max_age=YEAR, path="/", httponly=True, samesite="lax")
    return response


def file(name: str) -> Response | None:
    """A file of ours; its link changes with it, so it is kept."""
    if name not in KINDS:
        return None
    told = {"cache-control": f"public, max-age={YEAR}, immutable", "x-content-type-options": "nosniff"}
    return Response(_bytes(name), 200, told, KINDS[name] + ("; charset=utf-8" if name != "icon.svg" else ""))


def file_link(name: str) -> str:
    """Where a file of ours is."""
    return f"/pages/{name}?v={_digest(name)}"


@cache
def _digest(name: str) -> str:
    return hashlib.sha256(_bytes(name)).hexdigest()[:12]


@cache
def _bytes(name: str) -> bytes:
    return (resources.files("unpend.pages") / "static" / name).read_bytes()


def lines(text: str) -> Markup:
    """A text of several lines; each is as free of tricks as any other value."""
    return Markup("\n").join(for_terminal(line) for line in text.splitlines())


@cache
def _environment(lang: Lang) -> Environment:
    def shown(value: Any) -> Any:
        if isinstance(value, Markup):
            return value
        return for_terminal(value.of(lang) if isinstance(value, Text) else str(value))

    made = Environment(
        loader=PackageLoader("unpend.pages"),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=shown,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    made.filters["lines"] = lines
    return made

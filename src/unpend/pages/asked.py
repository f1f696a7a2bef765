"""What a browser sends: fields of a form, the language, and what a link carries. All of it bounded."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from urllib.parse import parse_qsl, urlencode

from starlette.requests import Request

from unpend.api.languages import language_of
from unpend.api.problems import ProblemError
from unpend.model.text import Lang

LANG_COOKIE = "unpend_lang"
LARGEST = 8 * 1024
SLOWEST = 10.0
MOST_FIELDS = 20


async def form(request: Request) -> dict[str, str]:
    """The fields of a POST."""
    told = request.headers.get("content-length", "")
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if not told.isdecimal() or len(told) > 9 or int(told) > LARGEST or "transfer-encoding" in request.headers:
        raise ProblemError(413, "too-large")
    if kind != "application/x-www-form-urlencoded":
        raise ProblemError(400, "bad-request")
    try:
        async with asyncio.timeout(SLOWEST):
            body = await request.body()
        return dict(parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=MOST_FIELDS))
    except (ValueError, TimeoutError):
        raise ProblemError(400, "bad-request") from None


def language(request: Request) -> Lang:
    """What was chosen here, else what the browser prefers."""
    kept = request.cookies.get(LANG_COOKIE, "")
    if request.query_params.get("lang", "") not in {"en", "ja"} and kept in {"en", "ja"}:
        return "ja" if kept == "ja" else "en"
    return language_of(request)


def link(path: str, fields: Mapping[str, str | None]) -> str:
    """A path with those fields that say something."""
    told = urlencode({name: value for name, value in fields.items() if value})
    return f"{path}?{told}" if told else path


def trusted(request: Request) -> bool:
    """Whether the browser takes the way to here for a safe one (TLS, or this machine): only then it sends this header."""
    return "sec-fetch-site" in request.headers


def address(request: Request) -> str:
    """How this server is reached, for what is shown: behind a proxy with TLS it does not see that by itself."""
    from unpend.engine.loopback import is_loopback

    host = request.headers.get("host", "127.0.0.1:8025")
    secure = request.url.scheme == "https" or (trusted(request) and not is_loopback(host))
    return f"{'https' if secure else 'http'}://{host}"

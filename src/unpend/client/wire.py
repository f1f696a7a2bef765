"""One request, repeated where that is safe: what cannot be reached is tried again, what was refused is a ProblemError."""

from __future__ import annotations

import contextlib
import http.client
import random
import re
import threading
import time
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.error import URLError
from urllib.parse import urlencode, urlsplit
from urllib.request import (
    HTTPHandler,
    HTTPSHandler,
    OpenerDirector,
    ProxyHandler,
    Request,
    UnknownHandler,
)

import msgspec

from unpend.engine.loopback import is_loopback
from unpend.model.errors import UnpendError, UsageError
from unpend.model.text import Text

PREFIX = "/api/v1"
LARGEST = 32 * 1024 * 1024
LONGEST_LINE = 1024 * 1024
LONGEST_PAUSE = 30.0
STREAM_SILENCE = 60.0
MOST_KEPT = 1000
UNCHANGED = 304
IF_NONE_MATCH = "If-none-match"  # as urllib spells it
GUARDS = {"If-match": "if_match", IF_NONE_MATCH: "if_none_match"}
PASSING = frozenset({429, 502, 503, 504})
NO_URL = Text(
    en="{given} is not the address of a server. Give one like https://unpend.example.net or http://127.0.0.1:8025.",
    ja="{given} はサーバーのアドレスとして使えません。https://unpend.example.net や http://127.0.0.1:8025 のように指定してください。",
)
NOT_IN_PLAIN = Text(
    en="A key is not sent to {host} in plain text. Use https://, or say plain_http=True where the network is closed.",
    ja="{host} にキーを平文では送信しません。https:// を使うか、閉じたネットワークであれば plain_http=True を指定してください。",
)
NO_KEY = Text(
    en="This is no API key: one begins with unpend_. `unpend keys create` makes one.",
    ja="API キーの形ではありません。キーは unpend_ で始まります。`unpend keys create` で作成できます。",
)
UNANSWERED = Text(en="{url} did not answer: {why}.", ja="{url} から応答がありません: {why}")
TOO_LARGE = Text(en="longer than {most} bytes", ja="{most} バイトを超えています")


class ProblemError(UnpendError):
    """What the server refused (RFC 9457). `kind` is the last word of `type`, which never changes: not-found, conflict, limit …"""

    def __init__(self, status: int, told: Mapping[str, Any], retry_after: float | None = None) -> None:
        self.status = status
        self.type = str(told.get("type", "about:blank"))
        self.kind = self.type.rpartition(":")[2]
        self.title = str(told.get("title", http.client.responses.get(status, "")))
        self.detail = str(told.get("detail", ""))
        self.errors = told.get("errors", [])
        self.retry_after = retry_after
        said = f"{status} {self.title}: {self.detail}" if self.detail else f"{status} {self.title}"
        super().__init__(Text("{said}", "{said}").fill(said=said))


class UnansweredError(UnpendError):
    """The server could not be reached, or broke off."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back; header names in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class Wire:
    """A way to one server. No redirect is followed: the key is for this server alone."""

    def __init__(self, url: str, key: str, timeout: float, attempts: int, lang: str, plain_http: bool) -> None:
        self.base = _checked(url, key, plain_http)
        self._timeout = timeout
        self.attempts = max(1, attempts)
        self._kept: dict[str, Answer] = {}
        self._keeping = threading.Lock()
        self._headers = {"Accept": "application/json", "User-Agent": "unpend-client"}
        self._headers |= {"Authorization": f"Bearer {key}"} if key else {}
        self._headers |= {"Accept-Language": lang} if lang else {}
        self._opener = OpenerDirector()
        for handler in (ProxyHandler(), UnknownHandler(), HTTPHandler(), HTTPSHandler()):
            self._opener.add_handler(handler)

    def ask(self, method: str, path: str, told: Any = None, *, again: bool = True, **more: Any) -> Answer:
        """The answer; ProblemError, UnansweredError. A write carries an Idempotency-Key, so that its repetition does nothing
        twice; `again=False` where the server keeps none."""
        headers = {} if method == "GET" else {"Idempotency-Key": uuid.uuid4().hex}
        request = self._request(method, path, told, headers, more)
        for attempt in range(self.attempts):
            last = not again or attempt + 1 == self.attempts
            try:
                answer = self._once(request)
            except UnansweredError:
                if last:
                    raise
                time.sleep(pause(attempt, None))
                continue
            if answer.status < 300 or (answer.status == UNCHANGED and request.has_header(IF_NONE_MATCH)):
                return answer
            problem = _problem(answer)
            if last or not (answer.status in PASSING or problem.kind == "in-progress"):
                raise problem
            time.sleep(pause(attempt, problem.retry_after))
        raise AssertionError

    def read(self, path: str) -> Answer:
        """What is there. The server is asked whether it has changed since it was read last, and sends nothing where it has not."""
        with self._keeping:
            before = self._kept.pop(path, None)
        answer = self.ask("GET", path, if_none_match=before.headers["etag"] if before else "")
        if before is not None and answer.status == UNCHANGED:
            answer = before
        if "etag" in answer.headers:
            with self._keeping:
                self._kept[path] = answer
                if len(self._kept) > MOST_KEPT:
                    del self._kept[next(iter(self._kept))]
        return answer

    @contextlib.contextmanager
    def lines(self, path: str, last: str = "") -> Iterator[Iterator[str]]:
        """The whole lines of a stream from after the event with the id `last`, until it ends or the block does."""
        known = {"Last-Event-ID": last} if last else {}
        request = self._request("GET", path, None, {"Accept": "text/event-stream"} | known, {})
        with self._opened(request, max(self._timeout, STREAM_SILENCE)) as response:
            if response.status >= 300:
                raise _problem(self._read(response))
            whole = (line for line in iter(_reading(response), b"") if line.endswith(b"\n"))
            yield (line.decode("utf-8", "replace").rstrip("\r\n") for line in whole)

    def _request(self, method: str, path: str, told: Any, more: dict[str, str], query: dict[str, Any]) -> Request:
        guards = {name: query.pop(field, "") for name, field in GUARDS.items()}
        asked = urlencode({name: value for name, value in query.items() if value not in (None, "")})
        body = None if told is None else msgspec.json.encode(told)
        headers = self._headers | more | {name: tag for name, tag in guards.items() if tag}
        headers |= {"Content-Type": "application/json"} if body is not None else {}
        return Request(f"{self.base}{path}{'?' + asked if asked else ''}", body, headers, method=method)  # noqa: S310

    def _once(self, request: Request) -> Answer:
        with self._opened(request, self._timeout) as response:
            return self._read(response)

    @contextlib.contextmanager
    def _opened(self, request: Request, timeout: float) -> Iterator[http.client.HTTPResponse]:
        try:
            response = self._opener.open(request, timeout=timeout)
            with response:
                yield response
        except (OSError, http.client.HTTPException) as error:
            why = error.reason if isinstance(error, URLError) else error
            raise UnansweredError(UNANSWERED.fill(url=self.base, why=str(why) or type(why).__name__)) from error

    def _read(self, response: http.client.HTTPResponse) -> Answer:
        body = response.read(LARGEST + 1)
        if len(body) > LARGEST:
            raise UnansweredError(UNANSWERED.fill(url=self.base, why=TOO_LARGE.fill(most=LARGEST)))
        return Answer(response.status, {name.lower(): value for name, value in response.headers.items()}, body)


def _checked(url: str, key: str, plain_http: bool) -> str:
    try:
        parts = urlsplit(url)
        host, usable = parts.hostname or "", parts.scheme in {"http", "https"} and parts.port != 0
    except ValueError:
        host, usable = "", False
    if not usable or not host or parts.username is not None or re.search(r"[\s\x00-\x1f?#]", url):
        raise UsageError(NO_URL.fill(given=host or url.rpartition("@")[2]))
    if key and re.fullmatch(r"unpend_[\w-]{1,200}", key, re.ASCII) is None:
        raise UsageError(NO_KEY)
    if key and parts.scheme == "http" and not plain_http and not is_loopback(parts.netloc):
        raise UsageError(NOT_IN_PLAIN.fill(host=host))
    return url.rstrip("/").removesuffix(PREFIX) + PREFIX


def _reading(response: http.client.HTTPResponse) -> Any:
    return lambda: response.readline(LONGEST_LINE)


def _problem(answer: Answer) -> ProblemError:
    """Also of what a proxy in between says, which is no problem document."""
    try:
        told = msgspec.json.decode(answer.body)
    except (msgspec.DecodeError, UnicodeDecodeError):
        told = {}
    after = answer.headers.get("retry-after", "")
    retry_after = float(after) if after.isdecimal() and len(after) < 7 else None
    return ProblemError(answer.status, told if isinstance(told, dict) else {}, retry_after)


def pause(attempt: int, told: float | None) -> float:
    """How long to wait: what the server says, else longer each time; never two callers at once."""
    wanted = told if told is not None else 0.25 * 2**attempt
    return min(wanted, LONGEST_PAUSE) + random.random() * 0.25

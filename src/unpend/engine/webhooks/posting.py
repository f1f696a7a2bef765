"""One POST of one event to one endpoint, by Standard Webhooks 1.0, with every size and time bounded.

The receiver is a stranger: it may hang, answer for ever, or point elsewhere. None of that is an exception; it is how
the try ended.
"""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Self

import aiohttp
from standardwebhooks.webhooks import Webhook

from unpend.engine.webhooks.targets import ForbiddenTargetError, connector

TOTAL = 15.0
CONNECT = 5.0
MOST_READ = 1024
HEADERS = {"Content-Type": "application/json", "User-Agent": "unpend-webhooks/1", "Accept": "*/*"}


@dataclass(frozen=True, slots=True)
class Message:
    """What is sent: the same id and body at each try."""

    id: str
    body: bytes
    at: float


@dataclass(frozen=True, slots=True)
class Try:
    """How it ended: the status, or in a word why there is none; what the receiver wishes to be spared."""

    status: int | None
    trouble: str = ""
    retry_after: float | None = None

    @property
    def taken(self) -> bool:
        """Any 2xx; the body does not matter."""
        return self.status is not None and 200 <= self.status < 300

    @property
    def gone(self) -> bool:
        """410: the receiver wants nothing any more."""
        return self.status == 410


def signatures(message: Message, secrets: Sequence[str]) -> str:
    """One signature a secret, newest first: while a secret is being rotated both are valid."""
    at = datetime.fromtimestamp(message.at, UTC)
    return " ".join(Webhook(each).sign(message.id, at, message.body.decode()) for each in secrets)


class Poster:
    """A bounded set of connections to strangers."""

    def __init__(self, session: aiohttp.ClientSession) -> None:
        self._session = session

    @classmethod
    @contextlib.asynccontextmanager
    async def open(cls, *, allow_private: bool = False, total: float = TOTAL) -> AsyncIterator[Self]:
        """No cookies, no proxy from the environment, no decompression: none of them is a receiver's to choose."""
        limits = aiohttp.ClientTimeout(total=total, sock_connect=CONNECT)
        async with aiohttp.ClientSession(
            connector=connector(allow_private=allow_private),
            cookie_jar=aiohttp.DummyCookieJar(),
            timeout=limits,
            trust_env=False,
            auto_decompress=False,
            headers=HEADERS,
        ) as session:
            yield cls(session)

    async def post(self, url: str, message: Message, secrets: Sequence[str]) -> Try:
        """One try. Never raises for what a receiver does."""
        headers = {
            "webhook-id": message.id,
            "webhook-timestamp": str(int(message.at)),
            "webhook-signature": signatures(message, secrets),
        }
        try:
            async with self._session.post(url, data=message.body, headers=headers, allow_redirects=False) as answer:
                await _read_little(answer)
                return Try(answer.status, retry_after=_retry_after(answer.headers.get("Retry-After", "")))
        except (aiohttp.ClientError, TimeoutError, OSError, ValueError) as error:
            return Try(None, _word(error))


async def _read_little(answer: aiohttp.ClientResponse) -> None:
    """A short answer is read, so that its connection serves again; a longer one is cut off with its connection."""
    await answer.content.read(MOST_READ)
    if not answer.content.at_eof():
        answer.close()


def _retry_after(text: str) -> float | None:
    return float(text) if text.isascii() and text.isdigit() and len(text) <= 6 else None


def _word(error: BaseException) -> str:
    """Why there was no answer, without the URL, which may be a credential."""
    causes = (error, error.__cause__, getattr(error, "os_error", None))
    if any(isinstance(each, ForbiddenTargetError) for each in causes):
        return "forbidden-address"
    kinds: list[tuple[type[BaseException] | tuple[type[BaseException], ...], str]] = [
        (TimeoutError, "timeout"),
        (aiohttp.InvalidURL, "bad-url"),
        (aiohttp.ClientConnectorDNSError, "no-address"),
        ((aiohttp.ClientSSLError, aiohttp.ClientConnectorCertificateError), "tls"),
        (aiohttp.ClientConnectorError, "no-connection"),
        (aiohttp.ClientResponseError, "malformed-answer"),
        (aiohttp.ClientPayloadError, "malformed-answer"),
        (aiohttp.ServerDisconnectedError, "disconnected"),
    ]
    return next((word for kind, word in kinds if isinstance(error, kind)), "no-connection")

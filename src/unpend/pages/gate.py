"""Who looks at the pages. Where API keys are needed, one is asked for once and a session stands for it afterwards.

A session is a sealed word in a cookie that no script reads and no other site can have sent: the key's prefix and an end.
The key itself is kept nowhere, and who revokes it ends its sessions. Nothing is changed but by a POST whose Origin is the
server's own; without keys, the Host has to be this machine as well, which a rebound name is not.
"""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass
from urllib.parse import urlsplit

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from unpend.api.gate import LOCAL_ONLY, NEEDS, Caller
from unpend.api.problems import ProblemError
from unpend.engine.api_keys import SCOPES, allows, known_key
from unpend.engine.clock import Clock
from unpend.engine.loopback import is_loopback
from unpend.engine.secret import Secret
from unpend.model.errors import StoreError
from unpend.model.text import Text
from unpend.store.api_keys import ApiKey, ApiKeys

COOKIE = "unpend_session"
ABOUT = "session of the pages"
LASTS = 12 * 3600
LONGEST = 400
ELSEWHERE = Text(
    en="This was not sent from a page of this server. Open the page here and try again.",
    ja="このサーバーのページから送信されたものではありません。ここでページを開き、もう一度お試しください。",
)


class SignInError(Exception):
    """Nobody is signed in where somebody has to be."""


@dataclass(frozen=True, slots=True)
class Session:
    """What the cookie says, sealed."""

    prefix: str
    until: float


@dataclass(frozen=True, slots=True)
class PageGate:
    """`account` is whose domains are shown where no keys are needed; `guarded`: they are needed in any case."""

    keys: ApiKeys
    secret: Secret
    clock: Clock
    account: str
    guarded: bool = False

    def admit(self, request: Request, scope: str = "read") -> Caller:
        """Who looks; SignInError where nobody is known, ProblemError where that is not enough."""
        if self.open:
            if not is_loopback(request.headers.get("host", "")):
                raise ProblemError(403, "forbidden", LOCAL_ONLY)
            return Caller(self.account, SCOPES)
        key = self._key_of(request.cookies.get(COOKIE, ""))
        if key is None:
            raise SignInError
        if not allows(key.scopes, scope):
            raise ProblemError(403, "forbidden", NEEDS.fill(scope=scope))
        return Caller(key.account, key.scopes)

    @property
    def open(self) -> bool:
        """Whether no key is needed."""
        return not (self.guarded or self.keys.any())

    def session(self, given: str) -> str | None:
        """The word of a new session for this API key, None where it is none."""
        key = known_key(self.keys, given.strip())
        if key is None or not allows(key.scopes, "read"):
            return None
        told = msgspec.json.encode(Session(key.prefix, self.clock.wall() + LASTS))
        return base64.urlsafe_b64encode(self.secret.seal(told, ABOUT)).decode()

    def _key_of(self, word: str) -> ApiKey | None:
        if not word or len(word) > LONGEST:
            return None
        try:
            sealed = base64.b64decode(word, altchars=b"-_", validate=True)
            told = msgspec.json.decode(self.secret.open(sealed, ABOUT), type=Session)
        except (binascii.Error, ValueError, StoreError, msgspec.DecodeError):
            return None
        return self.keys.by_prefix(told.prefix) if self.clock.wall() < told.until else None


def refuse_others(request: Request) -> None:
    """Browsers say where a POST comes from; what does not come from here, or does not say, changes nothing."""
    try:
        origin = urlsplit(request.headers.get("origin", ""))
    except ValueError:
        raise ProblemError(403, "forbidden", ELSEWHERE) from None
    if not origin.netloc or origin.netloc.lower() != request.headers.get("host", "").lower():
        raise ProblemError(403, "forbidden", ELSEWHERE)


def begin(response: Response, word: str, *, secure: bool) -> None:
    """Give the browser its session."""
    response.set_cookie(COOKIE, word, max_age=LASTS, path="/", httponly=True, samesite="strict", secure=secure)


def end(response: Response) -> None:
    """Take it back."""
    response.delete_cookie(COOKIE, path="/", httponly=True, samesite="strict")

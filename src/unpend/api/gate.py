"""Who calls the REST door, and what they may do.

Without any API key the door is open to programs on this machine alone; a web page that a browser shows there is told by
its Origin, or by a Host that is not this machine (DNS rebinding), and refused.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from starlette.requests import Request

from unpend.api.problems import ProblemError
from unpend.engine.api_keys import SCOPES, allows, known_key
from unpend.engine.loopback import is_loopback
from unpend.model.text import Text
from unpend.store.api_keys import ApiKeys

CHALLENGE = {"www-authenticate": 'Bearer realm="unpend"'}
NO_KEY = Text(
    en="Send `Authorization: Bearer unpend_…`. Keys are made with `unpend keys create`.",
    ja="Authorization: Bearer unpend_… を送信してください。キーは `unpend keys create` で作成できます。",
)
NEEDS = Text(en="The scope {scope} is needed.", ja="スコープ {scope} が必要です。")
LOCAL_ONLY = Text(
    en="Without API keys this door answers programs on its own machine only.",
    ja="API キーがない場合は、同じマシン上のプログラムにのみ応答します。",
)


@dataclass(frozen=True, slots=True)
class Caller:
    """In whose name a request is answered. `scopes` of whoever needs no key are all."""

    account: str
    scopes: tuple[str, ...]


class Gate:
    """`account` is what a request without a key means where none are asked for. `guarded`: keys are needed in any case."""

    def __init__(self, keys: ApiKeys, account: str, *, guarded: bool = False) -> None:
        self.keys = keys
        self.account = account
        self.guarded = guarded

    def admit(self, request: Request, scope: str) -> Caller:
        """Who calls; ProblemError where that is not enough for this scope."""
        given = request.headers.get("authorization", "")
        caller = self._known(given) if given else self._anybody(request)
        if not allows(caller.scopes, scope):
            raise ProblemError(403, "forbidden", NEEDS.fill(scope=scope))
        return caller

    def _known(self, given: str) -> Caller:
        scheme, _, token = given.partition(" ")
        found = known_key(self.keys, token.strip()) if scheme.lower() == "bearer" else None
        if found is None:
            raise ProblemError(401, "unauthorized", NO_KEY, CHALLENGE)
        return Caller(found.account, found.scopes)

    def _anybody(self, request: Request) -> Caller:
        if self.guarded or self.keys.any():
            raise ProblemError(401, "unauthorized", NO_KEY, CHALLENGE)
        if request.headers.get("origin") or not is_loopback(request.headers.get("host", "")):
            raise ProblemError(403, "forbidden", LOCAL_ONLY)
        return Caller(self.account, SCOPES)


def needs(scope: str) -> Callable[[Request], Caller]:
    """A dependency: the caller, who has this scope."""

    def admitted(request: Request) -> Caller:
        gate: Gate = request.app.state.gate
        return gate.admit(request, scope)

    return admitted

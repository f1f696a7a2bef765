"""What the handlers share: the engine behind the door, and how a domain is found by its id."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request

from unpend.api.gate import Caller, needs
from unpend.api.problems import ProblemError
from unpend.engine.identities import Identities
from unpend.model.identity import Identity, Kind
from unpend.store.replies import Replies

Reader = Annotated[Caller, Depends(needs("read"))]
Writer = Annotated[Caller, Depends(needs("write"))]
Admin = Annotated[Caller, Depends(needs("admin"))]


@dataclass(frozen=True, slots=True)
class Engine:
    """The engine, and what the server says of itself."""

    identities: Identities
    replies: Replies
    region: str

    def find(self, caller: Caller, uid: str) -> Identity:
        """A domain of the caller's account; another's is not found, like one that is not there."""
        found = self.identities.store.by_uid(uid[:64])
        if found is None or found.key.account != caller.account or found.kind is not Kind.DOMAIN:
            raise ProblemError(404, "not-found")
        return found


def engine_of(request: Request) -> Engine:
    """A dependency: the engine."""
    engine: Engine = request.app.state.engine
    return engine


Behind = Annotated[Engine, Depends(engine_of)]

"""Whom transitions are told to, and what each of them is still owed."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from unpend.model.text import Lang

EVENT_TYPES = (
    "domain.created",
    "domain.verified",
    "domain.failed",
    "domain.degraded",
    "domain.recovered",
    "domain.updated",
    "domain.deleted",
)


class EndpointState(StrEnum):
    """Whether anything is sent to it. GONE: it answered 410; FAILING: it took nothing for days."""

    ACTIVE = "active"
    PAUSED = "paused"
    GONE = "gone"
    FAILING = "failing"


@dataclass(frozen=True, slots=True)
class SealedSecret:
    """A signing secret, encrypted; `until` is when it ends, None for the newest."""

    sealed: str
    until: float | None = None


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A URL of an account. `types` empty: every type. `lang` is the language of what people read there."""

    id: int
    uid: str
    account: str
    url: str
    secrets: tuple[SealedSecret, ...]
    types: tuple[str, ...] = ()
    lang: Lang = "en"
    state: EndpointState = EndpointState.ACTIVE
    created_at: float = 0.0
    failing_since: float | None = None


@dataclass(frozen=True, slots=True)
class Owed:
    """One event that one endpoint has not taken yet. `uid` and `body` are the same at each try."""

    event: int
    endpoint: int
    uid: str
    type: str
    version: int
    body: str
    at: float
    rev: int
    attempt: int


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a try ended. `due_at` None: nothing more is owed; `attempt` unchanged: it was not tried after all."""

    owed: Owed
    due_at: float | None
    attempt: int
    code: int = 0
    word: str = ""


@dataclass(frozen=True, slots=True)
class Delivery:
    """What became of one event at one endpoint, for its owner to read. `due_at` is the next try, None when it is over."""

    uid: str
    type: str
    at: float
    attempt: int
    due_at: float | None
    tried_at: float | None
    code: int
    word: str

    @property
    def state(self) -> str:
        """delivered, pending, or failed when the last try has been made."""
        if 200 <= self.code < 300:
            return "delivered"
        return "failed" if self.due_at is None else "pending"

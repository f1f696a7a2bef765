"""Between rows and nouns."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from typing import Any, NamedTuple

import msgspec

from unpend.lifecycle import OPEN
from unpend.model.identity import (
    MACHINES,
    Attributes,
    Event,
    Identity,
    IdentityKey,
    Kind,
    LastLook,
    Machine,
    Seen,
    Standing,
    State,
    Transition,
    ZoneStart,
)

LANES = 32
SHARDS = 1024
STATES = tuple(State)
KINDS = tuple(Kind)
EVENTS = tuple(Event)
STATE_NUMBER = {state: number for number, state in enumerate(STATES)}
NOT_STARTED_NUMBER = STATE_NUMBER[State.NOT_STARTED]
OPEN_NUMBERS = frozenset(STATE_NUMBER[state] for state in OPEN)
COLUMNS = (
    "i.id, i.uid, i.account, i.region, i.name, i.kind, i.created_at, "
    "i.ownership_state, i.ownership_since, i.ownership_deadline, i.dkim_state, i.dkim_since, i.dkim_deadline, "
    "i.mail_from_state, i.mail_from_since, i.mail_from_deadline, i.attributes, i.version, "
    "i.success_at, i.error_type, i.soa, i.picture, s.rev, s.attempt, s.due_at, s.checked_at"
)
DUE_COLUMNS = (
    "i.id, s.rev, s.attempt, i.kind, i.region, i.name, i.attributes, i.picture, i.error_type, "
    "i.ownership_state, i.dkim_state, i.mail_from_state, i.ownership_deadline, i.dkim_deadline, i.mail_from_deadline"
)
_attributes = msgspec.json.Decoder(Attributes)
_soa = msgspec.json.Decoder(ZoneStart)
_seen = msgspec.json.Decoder(tuple[Seen, ...])
_encode = msgspec.json.Encoder().encode


class Due(NamedTuple):
    """What a look needs of an identity: what to ask, and what came of the last look. A row of DUE_COLUMNS as it is: most
    looks find nothing new, and making nouns of all of it was half their cost."""

    id: int
    rev: int
    attempt: int
    kind: int
    region: str
    name: str
    attributes: str
    picture: str
    error_type: str
    ownership: int
    dkim: int
    mail_from: int
    ownership_deadline: float | None
    dkim_deadline: float | None
    mail_from_deadline: float | None


class Claim(NamedTuple):
    """A look that is answered: whose, which `rev` was read, when the next one is due, and when this one was."""

    id: int
    rev: int
    due_at: float
    attempt: int
    checked_at: float


def text_of(value: Any) -> str:
    """The JSON of a noun."""
    return _encode(value).decode()


def attributes_of(text: str) -> Attributes:
    """What the owner has set."""
    return _attributes.decode(text)


def shard_of(key: IdentityKey) -> int:
    """The shard, fixed for the life of the installation: an account has one of 32 lanes, a name one of its 32 shards.

    Work goes round the lanes, so that an account with a million domains can fill no lane but its own.
    """
    lane = zlib.crc32(key.account.encode()) % LANES
    return lane * (SHARDS // LANES) + zlib.crc32(f"{key.region}/{key.name}".encode()) % (SHARDS // LANES)


def identity_of(row: Sequence[Any]) -> Identity:
    """The identity of a row of COLUMNS."""
    return Identity(
        id=row[0],
        uid=row[1],
        key=IdentityKey(row[2], row[3], row[4]),
        kind=KINDS[row[5]],
        created_at=row[6],
        ownership=Standing(STATES[row[7]], row[8], row[9]),
        dkim=Standing(STATES[row[10]], row[11], row[12]),
        mail_from=Standing(STATES[row[13]], row[14], row[15]),
        attributes=_attributes.decode(row[16]),
        version=row[17],
        look=_look(row[25], row[18], row[19], row[20], row[21]),
        rev=row[22],
        attempt=row[23],
        due_at=row[24],
    )


def _look(checked_at: float | None, success_at: float | None, error: str, soa: str | None, picture: str) -> LastLook:
    """The wide row is not written while all stays right: then the last success is the last look."""
    right = checked_at is not None and not error
    return LastLook(checked_at, checked_at if right else success_at, error, _soa.decode(soa) if soa else None, picture)


def standing_columns(standing: Standing, machine: Machine) -> dict[str, Any]:
    """The three columns of a machine."""
    name = machine.value
    return {
        f"{name}_state": STATE_NUMBER[standing.state],
        f"{name}_since": standing.since,
        f"{name}_deadline": standing.deadline,
    }


def transition_columns(identity: int, step: Transition) -> dict[str, Any]:
    """The row of a step."""
    return {
        "id": identity,
        "version": step.version,
        "machine": MACHINES.index(step.machine),
        "before": STATE_NUMBER[step.before],
        "after": STATE_NUMBER[step.after],
        "event": EVENTS.index(step.event),
        "at": step.at,
        "seen": text_of(step.seen),
    }


def transition_of(row: Sequence[Any]) -> Transition:
    """The step of a row (version, machine, before, after, event, at, seen)."""
    version, machine, before, after, event, at, seen = row
    seen_ = _seen.decode(seen)
    return Transition(MACHINES[machine], STATES[before], STATES[after], EVENTS[event], at, seen_, version)

"""/api/v1/keys: API keys of all accounts, for administrators."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Query, Request
from pydantic import Field

from unpend.api.engine import Admin, Behind
from unpend.api.gate import Gate
from unpend.api.problems import ProblemError
from unpend.api.shapes import Shape, time
from unpend.engine.api_keys import make_key
from unpend.report.as_json import rfc3339
from unpend.store.api_keys import ApiKey

router = APIRouter(prefix="/keys", tags=["keys"])
Scope = Literal["read", "write", "admin"]


class NewKey(Shape):
    """A key to make. Each account is a tenant: its keys see its domains alone."""

    account: Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,64}$")]
    scopes: Annotated[list[Scope], Field(min_length=1, max_length=3)]
    note: Annotated[str, Field(max_length=200)] = ""


class Key(Shape):
    """A key without its secret."""

    prefix: str
    account: str
    scopes: list[str]
    note: str
    created_at: str
    revoked_at: str | None


class MadeKey(Key):
    """A key that was just made. The secret is shown this once."""

    key: str


class KeyPage(Shape):
    """Some keys; `next` is the cursor of the page that follows."""

    items: list[Key]
    next: int | None


@router.post("", status_code=201, operation_id="createKey")
def create(wish: NewKey, _: Admin, engine: Behind, request: Request) -> MadeKey:
    """Make a key."""
    gate: Gate = request.app.state.gate
    plain, made = make_key(gate.keys, wish.account, wish.scopes, wish.note, engine.identities.clock.wall())
    return MadeKey(key=plain, **_shape(made).model_dump())


@router.get("", operation_id="listKeys")
def page(
    _: Admin,
    request: Request,
    cursor: Annotated[int, Query(ge=0, le=2**53)] = 0,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> KeyPage:
    """All keys, revoked ones too."""
    gate: Gate = request.app.state.gate
    found = gate.keys.page(cursor, limit + 1)
    return KeyPage(
        items=[_shape(key) for key in found[:limit]], next=found[limit - 1].id if len(found) > limit else None
    )


@router.delete("/{prefix}", status_code=204, operation_id="revokeKey")
def revoke(prefix: str, _: Admin, engine: Behind, request: Request) -> None:
    """End a key at once."""
    gate: Gate = request.app.state.gate
    if not gate.keys.revoke(prefix[:64], engine.identities.clock.wall()):
        raise ProblemError(404, "not-found")


def _shape(key: ApiKey) -> Key:
    return Key(
        prefix=key.prefix,
        account=key.account,
        scopes=list(key.scopes),
        note=key.note,
        created_at=time(key.created_at),
        revoked_at=rfc3339(key.revoked_at),
    )

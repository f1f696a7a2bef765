"""/api/v1/domains: create, read, list, change, delete."""

from __future__ import annotations

import base64
import binascii
from dataclasses import replace
from typing import Annotated

from fastapi import APIRouter, Header, Query, Request, Response

from unpend.api.engine import Behind, Engine, Reader, Writer
from unpend.api.idempotency import Idempotent
from unpend.api.insights import cause_of, records_of
from unpend.api.languages import language_of
from unpend.api.problems import ProblemError
from unpend.api.shapes import Domain, DomainChange, DomainPage, NewDomain, Records, domain_shape
from unpend.api.wishes import changed_signing, mail_from, new_attributes, read_name, refuse_tags
from unpend.model.identity import Identity, IdentityKey, Kind
from unpend.model.text import Text

LARGEST_PAGE = 200
BAD_CURSOR = Text(en="This cursor is not one of ours.", ja="カーソルが正しくありません。")
CHANGED = Text(
    en="The domain has changed since it was read. Read it again.",
    ja="読み取り後にドメインが変更されています。もう一度読み取ってください。",
)
router = APIRouter(prefix="/domains", tags=["domains"], route_class=Idempotent)
Region = Annotated[str | None, Query(max_length=32, description="By default the server's own region.")]
Cursor = Annotated[str, Query(max_length=400, description="`next` of the page before.")]
Limit = Annotated[int, Query(ge=1, le=LARGEST_PAGE)]


@router.post("", status_code=201, operation_id="createDomain")
def create(wish: NewDomain, caller: Writer, engine: Behind, request: Request, response: Response) -> Domain:
    """Begin to verify a domain. Its records are at `/domains/{id}/records`."""
    key = IdentityKey(caller.account, wish.region or engine.region, read_name(wish.name))
    made = engine.identities.create(key, new_attributes(wish, key), ownership_txt=wish.ownership_txt)
    response.headers["location"] = f"/api/v1/domains/{made.uid}"
    return _shown(engine, made, request, response)


@router.get("", operation_id="listDomains")
def page(caller: Reader, engine: Behind, region: Region = None, cursor: Cursor = "", limit: Limit = 50) -> DomainPage:
    """The domains of a region, by name. The root causes are left out; they are at each domain."""
    found = engine.identities.list(caller.account, region or engine.region, read_cursor(cursor), limit + 1)
    shown = found[:limit]
    items = [domain_shape(each) for each in shown if each.kind is Kind.DOMAIN]
    return DomainPage(items=items, next=cursor_of(shown[-1].key.name) if len(found) > limit else None)


@router.get("/{id}", operation_id="getDomain", responses={304: {"description": "It has not changed."}})
def read(
    id: str,  # noqa: A002
    caller: Reader,
    engine: Behind,
    request: Request,
    response: Response,
    if_none_match: Annotated[str | None, Header()] = None,
) -> Domain:
    """A domain with its states, and its root cause while it is not verified."""
    found = engine.find(caller, id)
    if if_none_match and etag(found) in if_none_match:
        raise NotModifiedError(etag(found))
    return _shown(engine, found, request, response)


@router.get("/{id}/records", operation_id="listRecords")
def records(id: str, caller: Reader, engine: Behind) -> Records:  # noqa: A002
    """What to publish, as a DNS panel wants it, and what was found there."""
    return Records(items=records_of(engine.identities.store, engine.find(caller, id)))


@router.patch("/{id}", operation_id="updateDomain")
def change(
    id: str,  # noqa: A002
    wish: DomainChange,
    caller: Writer,
    engine: Behind,
    request: Request,
    response: Response,
    if_match: Annotated[str | None, Header()] = None,
) -> Domain:
    """Change tags, MAIL FROM or the way of signing. Another key or MAIL FROM domain begins to be verified anew."""
    found = engine.find(caller, id)
    if if_match and if_match.strip() not in {"*", etag(found)}:
        raise ProblemError(412, "changed-meanwhile", CHANGED)
    identities, key = engine.identities, found.key
    signing = changed_signing(wish, found.attributes.signing)
    wanted = mail_from(wish.mail_from, key)
    refuse_tags(wish.tags or {})
    if wish.tags is not None:
        identities.edit(key, lambda attributes: replace(attributes, tags=dict(wish.tags or {})))
    if "mail_from" in wish.model_fields_set:
        identities.set_mail_from(key, wanted)
    if signing is not None:
        identities.set_signing(key, signing)
    return _shown(engine, identities.get(key), request, response)


@router.delete("/{id}", status_code=204, operation_id="deleteDomain")
def delete(id: str, caller: Writer, engine: Behind) -> None:  # noqa: A002
    """Stop verifying it. Created again, it gets the same records."""
    engine.identities.delete(engine.find(caller, id).key)


class NotModifiedError(Exception):
    """The caller has it already."""

    def __init__(self, tag: str) -> None:
        super().__init__(tag)
        self.tag = tag


def etag(identity: Identity) -> str:
    """Changes with every write and every look."""
    return f'"{identity.id}.{identity.rev}"'


def _shown(engine: Engine, identity: Identity, request: Request, response: Response) -> Domain:
    response.headers["etag"] = etag(identity)
    cause = None if identity.verified else cause_of(engine.identities.store, identity, language_of(request))
    return domain_shape(identity, cause)


def cursor_of(name: str) -> str:
    """Where a page ends, as its reader gives it back."""
    return base64.urlsafe_b64encode(name.encode()).decode().rstrip("=")


def read_cursor(given: str) -> str:
    """The name after which a page begins."""
    try:
        name = base64.b64decode(given + "=" * (-len(given) % 4), altchars=b"-_", validate=True).decode("ascii")
    except (binascii.Error, ValueError):
        raise ProblemError(400, "bad-request", BAD_CURSOR) from None
    if "\0" in name:
        raise ProblemError(400, "bad-request", BAD_CURSOR)
    return name

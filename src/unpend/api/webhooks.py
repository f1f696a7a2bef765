"""/api/v1/webhooks: who is told of transitions, by Standard Webhooks 1.0."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Query, Request
from pydantic import Field

from unpend.api.engine import Reader, Writer
from unpend.api.idempotency import Idempotent
from unpend.api.shapes import Shape, time
from unpend.engine.webhooks.hooks import Hooks
from unpend.model.webhook import Delivery, Endpoint
from unpend.report.as_json import rfc3339

router = APIRouter(prefix="/webhooks", tags=["webhooks"], route_class=Idempotent)
Url = Annotated[str, Field(min_length=1, max_length=2000, description="https://…, or mailto:ADDRESS.")]
Types = Annotated[
    list[str], Field(max_length=20, description="Types of events, as in domain.verified; none: all of them.")
]


class NewWebhook(Shape):
    """A receiver to register. Targets inside the server's own network are refused."""

    url: Url
    types: Types = Field(default_factory=list)
    lang: Literal["en", "ja"] = "en"


class WebhookChange(Shape):
    """What is left out stays as it is."""

    url: Url | None = None
    types: Types | None = None
    active: bool | None = None


class Webhook(Shape):
    """A receiver."""

    id: str
    url: str
    types: list[str]
    state: str
    created_at: str


class MadeWebhook(Webhook):
    """With the secret that its receiver verifies signatures with; shown when it is made and when it is rotated."""

    secret: str


class WebhookList(Shape):
    """All receivers of the account."""

    items: list[Webhook]


class DeliveryShape(Shape):
    """What became of one event."""

    event: str
    type: str
    attempts: int
    last_status: int | None
    last_error: str | None
    next_try_at: str | None


class DeliveryList(Shape):
    """The newest first."""

    items: list[DeliveryShape]


def hooks_of(request: Request) -> Hooks:
    """The webhooks behind the door."""
    hooks: Hooks = request.app.state.hooks
    return hooks


@router.post("", status_code=201, operation_id="createWebhook")
def create(wish: NewWebhook, caller: Writer, request: Request) -> MadeWebhook:
    """Register a receiver."""
    hooks = hooks_of(request)
    return _made(hooks, hooks.register(caller.account, wish.url, wish.types, wish.lang))


@router.get("", operation_id="listWebhooks")
def page(caller: Reader, request: Request) -> WebhookList:
    """All of them."""
    return WebhookList(items=[_shape(each) for each in hooks_of(request).list(caller.account)])


@router.get("/{id}", operation_id="getWebhook")
def read(id: str, caller: Reader, request: Request) -> Webhook:  # noqa: A002
    """One of them."""
    return _shape(hooks_of(request).get(caller.account, id))


@router.patch("/{id}", operation_id="updateWebhook")
def change(id: str, wish: WebhookChange, caller: Writer, request: Request) -> Webhook:  # noqa: A002
    """Another URL, other types, pause (`active: false`) or go on."""
    hooks = hooks_of(request)
    return _shape(hooks.change(caller.account, id, url=wish.url, types=wish.types, active=wish.active))


@router.delete("/{id}", status_code=204, operation_id="deleteWebhook")
def delete(id: str, caller: Writer, request: Request) -> None:  # noqa: A002
    """With all that it is owed."""
    hooks_of(request).delete(caller.account, id)


@router.post("/{id}/rotate", operation_id="rotateWebhook")
def rotate(id: str, caller: Writer, request: Request) -> MadeWebhook:  # noqa: A002
    """A new secret. For a day every message is signed with both."""
    hooks = hooks_of(request)
    return _made(hooks, hooks.rotate(caller.account, id))


@router.get("/{id}/deliveries", operation_id="listDeliveries")
def deliveries(
    id: str,  # noqa: A002
    caller: Reader,
    request: Request,
    limit: Annotated[int, Query(ge=1, le=200)] = 100,
) -> DeliveryList:
    """What became of the newest events."""
    return DeliveryList(items=[_delivery(each) for each in hooks_of(request).deliveries(caller.account, id, limit)])


@router.post("/{id}/deliveries/{event}/replay", status_code=202, operation_id="replayDelivery")
def replay(id: str, event: str, caller: Writer, request: Request) -> None:  # noqa: A002
    """Send an event again, under its own id."""
    hooks_of(request).replay(caller.account, id, event)


def _shape(each: Endpoint) -> Webhook:
    return Webhook(
        id=each.uid,
        url=each.url,
        types=list(each.types),
        state=each.state.value,
        created_at=time(each.created_at),
    )


def _made(hooks: Hooks, each: Endpoint) -> MadeWebhook:
    return MadeWebhook(secret=hooks.secret_of(each), **_shape(each).model_dump())


def _delivery(each: Delivery) -> DeliveryShape:
    return DeliveryShape(
        event=each.uid,
        type=each.type,
        attempts=each.attempt,
        last_status=each.code or None,
        last_error=each.word or None,
        next_try_at=rfc3339(each.due_at),
    )

"""What the REST door gives, as values. The OpenAPI document names the same things; fields that a newer server adds are skipped."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Generic, Literal, TypeVar

from msgspec import Struct

KeyLength = Literal["RSA_1024_BIT", "RSA_2048_BIT"]
Scope = Literal["read", "write", "admin"]
Each = TypeVar("Each")


class OwnKey(Struct, frozen=True):
    """A DKIM key of one's own (BYODKIM): its selector, and the base64 of its DER."""

    selector: str
    public_key: str


class Standing(Struct, frozen=True):
    """Where one machine stands: not_started, pending, success, temporary_failure or failed."""

    state: str
    since: datetime
    deadline: datetime | None


class Cause(Struct, frozen=True):
    """The root cause in one line; the whole is `Client.get_report`."""

    code: str
    verdict: str
    message: str
    eta: datetime | None
    found_at: datetime


class Domain(Struct, frozen=True):
    """A domain and its states. `etag` is what `update_domain(if_match=…)` takes; it is empty in lists and streams."""

    id: str
    name: str
    region: str
    account: str
    created_at: datetime
    states: dict[str, Standing]
    verified: bool
    error_type: str | None
    last_checked_at: datetime | None
    last_success_at: datetime | None
    next_check_at: datetime | None
    key_length: str
    mail_from: str | None
    tags: dict[str, str]
    cause: Cause | None
    version: int
    etag: str = ""


class DomainPage(Struct, frozen=True):
    """Some domains, by name; `next` is the cursor of the page that follows."""

    items: list[Domain]
    next: str | None


class Record(Struct, frozen=True):
    """A record to publish, and what stands there."""

    purpose: str
    required: bool
    name: str
    host: str
    type: str
    values: list[str]
    found: list[str]
    status: str


class Step(Struct, frozen=True):
    """A transition, with the answers that it rests on."""

    version: int
    machine: str
    before: str
    after: str
    event: str
    at: datetime
    seen: list[dict[str, Any]]


class Accepted(Struct, frozen=True):
    """It will be looked at; ask again after `retry_after` seconds."""

    id: str
    retry_after: int


class Webhook(Struct, frozen=True):
    """A receiver."""

    id: str
    url: str
    types: list[str]
    state: str
    created_at: datetime


class MadeWebhook(Webhook, frozen=True):
    """With the secret that its receiver verifies signatures with."""

    secret: str


class Delivery(Struct, frozen=True):
    """What became of one event."""

    event: str
    type: str
    attempts: int
    last_status: int | None
    last_error: str | None
    next_try_at: datetime | None


class Key(Struct, frozen=True):
    """An API key without its secret."""

    prefix: str
    account: str
    scopes: list[str]
    note: str
    created_at: datetime
    revoked_at: datetime | None


class MadeKey(Key, frozen=True):
    """A key that was just made. It is shown this once."""

    key: str


class KeyPage(Struct, frozen=True):
    """Some keys; `next` is the cursor of the page that follows."""

    items: list[Key]
    next: int | None


class Items(Struct, Generic[Each], frozen=True):
    """A whole list."""

    items: list[Each]

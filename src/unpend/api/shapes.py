"""What the REST door takes and gives. The OpenAPI document is made of these."""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from unpend.lifecycle import NEVER
from unpend.model.identity import Identity, Machine, Transition
from unpend.report.as_json import rfc3339

Name = Annotated[str, Field(min_length=1, max_length=253, description="A domain name; U-labels are taken too.")]
Tags = Annotated[dict[str, str], Field(max_length=50, description="Up to 50 tags of the owner's own.")]
KeyLength = Literal["RSA_1024_BIT", "RSA_2048_BIT"]
NOT_STORABLE = re.compile(r"[\x00\ud800-\udfff]")
StateName = Literal["not_started", "pending", "success", "temporary_failure", "failed"]


class Shape(BaseModel):
    """Unknown fields are refused: a typing error is not taken for a default."""

    model_config = ConfigDict(extra="forbid")

    @model_validator(mode="before")
    @classmethod
    def _storable(cls, told: Any) -> Any:
        """JSON can name characters that no UTF-8 has (lone surrogates), and NUL, which PostgreSQL's text has not."""
        left = [told]
        while left:
            each = left.pop()
            if isinstance(each, str) and NOT_STORABLE.search(each):
                raise ValueError("a string holds NUL or half a surrogate pair")
            left += [*each, *each.values()] if isinstance(each, dict) else each if isinstance(each, list) else []
        return told


class OwnKey(Shape):
    """A DKIM key of one's own (BYODKIM)."""

    selector: Annotated[str, Field(pattern=r"^[a-zA-Z0-9]([a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?$")]
    public_key: Annotated[
        str, Field(min_length=1, max_length=2000, pattern=r"^[A-Za-z0-9+/]+={0,2}$", description="Base64 of the DER.")
    ]


class NewDomain(Shape):
    """A domain to verify."""

    name: Name
    region: Annotated[str, Field(max_length=32, pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")] | None = None
    key_length: KeyLength = "RSA_2048_BIT"
    own_key: OwnKey | None = None
    mail_from: Annotated[Name | None, Field(description="A sub-domain for the envelope sender.")] = None
    ownership_txt: Annotated[bool, Field(description="Ask for a TXT record that proves ownership, without mail.")] = (
        False
    )
    tags: Tags = Field(default_factory=dict)


class DomainChange(Shape):
    """What its owner can change. What is left out stays as it is; `mail_from: null` clears it."""

    key_length: KeyLength | None = None
    own_key: OwnKey | None = None
    mail_from: Name | None = None
    tags: Tags | None = None


class StandingShape(Shape):
    """Where one machine stands."""

    state: StateName
    since: str
    deadline: Annotated[str | None, Field(description="When a pending machine fails, where it has a window.")]


class Cause(Shape):
    """The root cause in one line; the whole is at `report`."""

    code: Annotated[str, Field(description="A code of `unpend explain`.")]
    verdict: Literal["ok", "action_required", "waiting", "unknown"]
    message: str
    eta: Annotated[str | None, Field(description="When it will be verified if nothing else happens.")]
    found_at: str


class Domain(Shape):
    """A domain and its states. ErrorType is SES's word."""

    id: str
    name: str
    region: str
    account: str
    created_at: str
    states: dict[Literal["ownership", "dkim", "mail_from"], StandingShape]
    verified: bool
    error_type: str | None
    last_checked_at: str | None
    last_success_at: str | None
    next_check_at: str | None
    key_length: KeyLength
    mail_from: str | None
    tags: dict[str, str]
    cause: Cause | None
    version: Annotated[int, Field(description="Counts its transitions.")]


class DomainPage(Shape):
    """Some domains, by name. `next` is the cursor of the page that follows, null at the end."""

    items: list[Domain]
    next: str | None


class RecordShape(Shape):
    """A record to publish, and what stands there."""

    purpose: str
    required: bool
    name: str
    host: Annotated[str, Field(description="The name as a panel of the zone wants it.")]
    type: str
    values: list[str]
    found: list[str]
    status: str


class Records(Shape):
    """The records of a domain."""

    items: list[RecordShape]


class Step(Shape):
    """A transition, with the answers that it rests on."""

    version: int
    machine: str
    before: str
    after: str
    event: str
    at: str
    seen: list[dict[str, Any]]


class History(Shape):
    """The newest first."""

    items: list[Step]


class Accepted(Shape):
    """It will be looked at. No state was reset."""

    id: str
    retry_after: int


def domain_shape(identity: Identity, cause: Cause | None = None) -> Domain:
    """An identity as the REST door shows it."""
    signing = identity.attributes.signing
    return Domain(
        id=identity.uid,
        name=identity.key.domain,
        region=identity.key.region,
        account=identity.key.account,
        created_at=time(identity.created_at),
        states={each.value: _standing(identity, each) for each in Machine},
        verified=identity.verified,
        error_type=identity.look.error_type or None,
        last_checked_at=rfc3339(identity.look.checked_at),
        last_success_at=rfc3339(identity.look.success_at),
        next_check_at=_next(identity.due_at),
        key_length="RSA_1024_BIT" if signing.next_key_length == "RSA_1024_BIT" else "RSA_2048_BIT",
        mail_from=identity.attributes.mail_from.domain or None,
        tags=dict(identity.attributes.tags),
        cause=cause,
        version=identity.version,
    )


def step_shape(step: Transition) -> Step:
    """A transition as the REST door shows it."""
    seen = [
        {"name": e.name, "type": e.type, "outcome": e.outcome, "values": list(e.values), "server": e.server}
        for e in step.seen
    ]
    return Step(
        version=step.version,
        machine=step.machine.value,
        before=step.before.value,
        after=step.after.value,
        event=step.event.value,
        at=time(step.at),
        seen=seen,
    )


def time(at: float) -> str:
    """RFC 3339 in UTC."""
    return rfc3339(at) or ""


def _standing(identity: Identity, machine: Machine) -> StandingShape:
    standing = identity.standing(machine)
    return StandingShape(state=standing.state.value, since=time(standing.since), deadline=rfc3339(standing.deadline))


def _next(due_at: float) -> str | None:
    return rfc3339(due_at) if due_at < NEVER else None

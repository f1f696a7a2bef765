"""Sending authorisation policies of an identity, by SES v2: kept and given back, never evaluated, since unpend sends no mail."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import replace

import msgspec

from unpend.model.errors import UnknownIdentityError
from unpend.model.identity import Attributes
from unpend.sesv2 import shapes, views
from unpend.sesv2.call import Call, Operation
from unpend.sesv2.errors import already_exists, bad_request, limit_exceeded, not_found
from unpend.sesv2.naming import shown

MOST = 20
LONGEST = 4096
NAME = re.compile(r"[A-Za-z0-9_-]{1,64}", re.ASCII)
Policies = dict[str, str]


def create(call: Call) -> views.Body:
    """CreateEmailIdentityPolicy."""
    name, text = _name(call), _text(call)

    def change(policies: Policies) -> Policies:
        if name in policies:
            raise already_exists(f"Policy {name} already exists.")
        return _with(policies, name, text)

    return _edit(call, change)


def update(call: Call) -> views.Body:
    """UpdateEmailIdentityPolicy. One that is not there is made: SES documents that the call succeeds."""
    name, text = _name(call), _text(call)
    return _edit(call, lambda policies: _with(policies, name, text))


def delete(call: Call) -> views.Body:
    """DeleteEmailIdentityPolicy; one that is not there is no error, as SES documents it."""
    name = _name(call)
    return _edit(call, lambda policies: {known: text for known, text in policies.items() if known != name})


def listing(call: Call) -> views.Body:
    """GetEmailIdentityPolicies."""
    found = call.identities.find(call.key)
    if found is None:
        raise not_found(f"Email identity {shown(call.key.name)} does not exist.")
    return {"Policies": dict(found.attributes.policies)}


def _edit(call: Call, change: Callable[[Policies], Policies]) -> views.Body:
    def changed(attributes: Attributes) -> Attributes:
        return replace(attributes, policies=change(dict(attributes.policies)))

    try:
        call.identities.edit(call.key, changed)
    except UnknownIdentityError:
        raise not_found(f"Email identity {shown(call.key.name)} does not exist.") from None
    return {}


def _with(policies: Policies, name: str, text: str) -> Policies:
    if name not in policies and len(policies) >= MOST:
        raise limit_exceeded(f"An identity has at most {MOST} policies.")
    return policies | {name: text}


def _name(call: Call) -> str:
    name = call.names["PolicyName"]
    if NAME.fullmatch(name) is None:
        raise bad_request("A policy's name has 1 to 64 letters, digits, _ and -.")
    return name


def _text(call: Call) -> str:
    text = shapes.read(call.request.body, shapes.Policy).policy or ""
    try:
        told = msgspec.json.decode(text) if len(text) <= LONGEST else None
    except (msgspec.DecodeError, RecursionError):
        told = None
    if not isinstance(told, dict):
        raise bad_request(f"Policy must be a JSON object of at most {LONGEST} characters.")
    return text


OPERATIONS: Mapping[str, Operation] = {
    "CreateEmailIdentityPolicy": create,
    "UpdateEmailIdentityPolicy": update,
    "DeleteEmailIdentityPolicy": delete,
    "GetEmailIdentityPolicies": listing,
}

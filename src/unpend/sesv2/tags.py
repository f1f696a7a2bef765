"""Tags on an identity, by SES v2."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace

from unpend.model.errors import UnknownIdentityError
from unpend.model.identity import Attributes
from unpend.sesv2 import shapes, views
from unpend.sesv2.call import Call, Operation
from unpend.sesv2.errors import bad_request
from unpend.sesv2.naming import key_of_arn, no_resource, shown

MOST = 50
CHARACTERS = re.compile(r"[\w\s.:/=+@-]*")


def tags_of(given: Iterable[shapes.Tag], before: Mapping[str, str]) -> dict[str, str]:
    """The tags before, with these; a key that is told again has its new value."""
    wanted = dict(before)
    for tag in given:
        key, value = tag.key or "", tag.value or ""
        if (
            not 1 <= len(key) <= 128
            or len(value) > 256
            or not CHARACTERS.fullmatch(key)
            or not CHARACTERS.fullmatch(value)
        ):
            raise bad_request(
                "A tag has a key of 1 to 128 and a value of up to 256 letters, digits, spaces and _.:/=+@-"
            )
        if key.lower().startswith("aws:"):
            raise bad_request("Tag keys that begin with aws: are reserved.")
        wanted[key] = value
        if len(wanted) > MOST:
            raise bad_request(f"An identity has at most {MOST} tags.")
    return wanted


def tag(call: Call) -> views.Body:
    """TagResource."""
    told = shapes.read(call.request.body, shapes.TagResource)
    key = key_of_arn(call.caller, told.resource_arn)

    def change(attributes: Attributes) -> Attributes:
        return replace(attributes, tags=tags_of(told.tags or [], attributes.tags))

    try:
        call.identities.edit(key, change)
    except UnknownIdentityError:
        raise no_resource(told.resource_arn or "") from None
    return {}


def untag(call: Call) -> views.Body:
    """UntagResource; keys that are not there are no error."""
    given = call.request.parameter("ResourceArn")
    gone = {value for name, value in call.request.parameters() if name == "TagKeys"}
    key = key_of_arn(call.caller, given)

    def change(attributes: Attributes) -> Attributes:
        return replace(attributes, tags={k: v for k, v in attributes.tags.items() if k not in gone})

    try:
        call.identities.edit(key, change)
    except UnknownIdentityError:
        raise no_resource(given) from None
    return {}


def listing(call: Call) -> views.Body:
    """ListTagsForResource."""
    given = call.request.parameter("ResourceArn")
    found = call.identities.find(key_of_arn(call.caller, given))
    if found is None:
        raise no_resource(shown(given))
    return {"Tags": views.tags(found)}


OPERATIONS: Mapping[str, Operation] = {"TagResource": tag, "UntagResource": untag, "ListTagsForResource": listing}

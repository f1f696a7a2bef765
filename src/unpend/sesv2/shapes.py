"""The requests of the v2 door as typed shapes, under the names of botocore's model. What is `None` was not given.

Members that are not listed here are ignored, as SES does; a member of the wrong type is a SerializationException.
"""

from __future__ import annotations

from typing import TypeVar

import msgspec

from unpend.sesv2.errors import malformed


class Shape(msgspec.Struct, rename="pascal", frozen=True):
    """Members are written as Python has them, and read as SES has them."""


class Tag(Shape, frozen=True):
    key: str | None = None
    value: str | None = None


class SigningAttributes(Shape, frozen=True):
    """DkimSigningAttributes."""

    domain_signing_selector: str | None = None
    domain_signing_private_key: str | None = None
    next_signing_key_length: str | None = None
    domain_signing_attributes_origin: str | None = None


class Create(Shape, frozen=True):
    email_identity: str | None = None
    tags: list[Tag] | None = None
    dkim_signing_attributes: SigningAttributes | None = None
    configuration_set_name: str | None = None


class Page(Shape, frozen=True):
    filter: dict[str, str] | None = None
    next_token: str | None = None
    page_size: int | None = None


class DkimAttributes(Shape, frozen=True):
    signing_enabled: bool | None = None


class DkimSigning(Shape, frozen=True):
    signing_attributes_origin: str | None = None
    signing_attributes: SigningAttributes | None = None


class MailFromAttributes(Shape, frozen=True):
    mail_from_domain: str | None = None
    behavior_on_mx_failure: str | None = None


class Feedback(Shape, frozen=True):
    email_forwarding_enabled: bool | None = None


class ConfigurationSet(Shape, frozen=True):
    configuration_set_name: str | None = None


class TagResource(Shape, frozen=True):
    resource_arn: str | None = None
    tags: list[Tag] | None = None


class Policy(Shape, frozen=True):
    policy: str | None = None


S = TypeVar("S", bound=Shape)


def read(body: bytes, shape: type[S]) -> S:
    """The body as this shape. Depth is bounded by the decoder, size by the server."""
    try:
        return msgspec.json.decode(body or b"{}", type=shape)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError) as error:
        raise malformed(str(error)[:200] if isinstance(error, msgspec.DecodeError) else "Not JSON.") from None

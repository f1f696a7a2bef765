"""How an identity signs, as its owner chooses it by SES v2: Easy DKIM, its key length, or the owner's own key."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from unpend.model.errors import UnknownIdentityError
from unpend.model.identity import Identity, IdentityKey, Signing
from unpend.sesv2 import shapes, views
from unpend.sesv2.byodkim import public_key_of, selector_of
from unpend.sesv2.call import Call, Operation
from unpend.sesv2.errors import SesError, bad_request, not_found
from unpend.sesv2.naming import domain_key, shown
from unpend.sesv2.shapes import SigningAttributes

LENGTHS = ("RSA_1024_BIT", "RSA_2048_BIT")
DAY = 86400.0


def chosen(key: IdentityKey, told: SigningAttributes | None) -> Signing:
    """What CreateEmailIdentity was told: nothing is Easy DKIM with 2048 bits; a selector and a key are BYODKIM."""
    told = told or SigningAttributes()
    _no_replica(told.domain_signing_attributes_origin)
    if told.domain_signing_selector is not None or told.domain_signing_private_key is not None:
        if "@" in key.name:
            raise bad_request("The EmailIdentity value must be a valid domain.")
        return _own_key(told)
    length = _length(told.next_signing_key_length) or LENGTHS[1]
    return Signing(key_length=length, next_key_length=length)


def put_signing(call: Call) -> views.Body:
    """PutEmailIdentityDkimSigningAttributes: also the call by which a FAILED identity begins anew (docs/sesv2.md)."""
    told = shapes.read(call.request.body, shapes.DkimSigning)
    if "@" in call.key.name or not call.key.name.strip():
        raise bad_request("The EmailIdentity value must be a valid domain.")
    attributes = told.signing_attributes or SigningAttributes()
    if attributes.domain_signing_attributes_origin is not None:
        raise bad_request("DomainSigningAttributesOrigin is not allowed here. Use SigningAttributesOrigin.")
    found = call.identities.find(call.key)
    if found is None:
        raise not_found(f"Email identity {shown(call.key.name)} does not exist.")
    now = call.identities.clock.now()
    changed = call.identities.set_signing(call.key, _wanted(told.signing_attributes_origin, attributes, found, now))
    shown_now = views.dkim(changed, None)
    answer = {"DkimStatus": shown_now["Status"], "DkimTokens": shown_now["Tokens"]}
    return views.present(answer | {"SigningHostedZone": shown_now.get("SigningHostedZone")})


def put_enabled(call: Call) -> views.Body:
    """PutEmailIdentityDkimAttributes. An address has no DKIM of its own: 200, and nothing happens, where its domain is there."""
    told = shapes.read(call.request.body, shapes.DkimAttributes)
    domain = domain_key(call.key)
    try:
        if "@" in call.key.name:
            call.identities.get(domain)
        else:
            call.identities.set_signing_enabled(call.key, bool(told.signing_enabled))
    except UnknownIdentityError:
        raise not_verified(domain) from None
    return {}


def not_verified(key: IdentityKey) -> SesError:
    """SES's 400 (and not 404) for a domain that it does not know."""
    return bad_request(f"Domain {shown(key.name)} is not verified for DKIM signing.")


def _wanted(origin: str | None, told: SigningAttributes, found: Identity, now: float) -> Signing:
    if origin == "EXTERNAL":
        return _own_key(told)
    _no_replica(origin)
    if origin != "AWS_SES":
        raise bad_request("SigningAttributesOrigin must be AWS_SES or EXTERNAL.")
    was = found.attributes.signing
    easy = was if was.origin == "AWS_SES" else Signing()
    length = _length(told.next_signing_key_length)
    if length is None:
        return easy
    if was.origin == "AWS_SES":
        _may_change_length(length, found, now)
    return replace(easy, key_length=length, next_key_length=length, key_generated_at=now)


def _may_change_length(length: str, found: Identity, now: float) -> None:
    """Another length than the one set, and once a day; the first step down to 1024 bits is always free."""
    was = found.attributes.signing
    if length == was.next_key_length:
        raise bad_request(f"NextSigningKeyLength is {length} already.")
    made = was.key_generated_at or found.created_at
    first_step_down = length == LENGTHS[0] and made == found.created_at
    if now - made < DAY and not first_step_down:
        raise bad_request("The key length can be changed once in 24 hours.")


def _own_key(told: SigningAttributes) -> Signing:
    selector = selector_of(told.domain_signing_selector)
    return Signing(origin="EXTERNAL", selector=selector, public_key=public_key_of(told.domain_signing_private_key))


def _length(told: str | None) -> str | None:
    if told is not None and told not in LENGTHS:
        raise bad_request(f"NextSigningKeyLength must be one of {', '.join(LENGTHS)}.")
    return told


def _no_replica(origin: str | None) -> None:
    if (origin or "").startswith("AWS_SES_"):
        raise bad_request("Replicas of an identity in another region (Deterministic Easy DKIM) are not offered here.")


OPERATIONS: Mapping[str, Operation] = {
    "PutEmailIdentityDkimSigningAttributes": put_signing,
    "PutEmailIdentityDkimAttributes": put_enabled,
}

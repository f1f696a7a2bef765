"""An identity as the v2 door shows it. Times are seconds since 1970; members without a value are left out."""

from __future__ import annotations

from typing import Any

from unpend.model.identity import Identity, Kind, Signing, Standing, State
from unpend.store.store import Glimpse

Body = dict[str, Any]
IDENTITY_TYPE = {Kind.DOMAIN: "DOMAIN", Kind.ADDRESS: "EMAIL_ADDRESS"}


def created(identity: Identity, domain: Identity | None) -> Body:
    """The answer to CreateEmailIdentity: DKIM says NOT_STARTED here, and PENDING from the next look on, as SES does it."""
    signing = dkim(identity, domain)
    if identity.kind is Kind.DOMAIN:
        signing["Status"] = State.NOT_STARTED.upper()
    return {
        "IdentityType": IDENTITY_TYPE[identity.kind],
        "VerifiedForSendingStatus": may_send(identity, domain),
        "DkimAttributes": signing,
    }


def whole(identity: Identity, domain: Identity | None) -> Body:
    """The answer to GetEmailIdentity; `domain` is the identity of an address's domain, where there is one."""
    attributes = identity.attributes
    return present(
        {
            "IdentityType": IDENTITY_TYPE[identity.kind],
            "FeedbackForwardingStatus": attributes.forwarding,
            "VerifiedForSendingStatus": may_send(identity, domain),
            "DkimAttributes": dkim(identity, domain),
            "MailFromAttributes": mail_from(identity),
            "Policies": dict(attributes.policies),
            "Tags": tags(identity),
            "ConfigurationSetName": attributes.configuration_set or None,
            "VerificationStatus": identity.ownership.state.upper(),
            "VerificationInfo": verification(identity) or None,
        }
    )


def listed(glimpse: Glimpse, domain: Identity | None) -> Body:
    """One entry of ListEmailIdentities; `domain` is the identity of an address's domain, where there is one."""
    own = glimpse.ownership is State.SUCCESS
    return {
        "IdentityType": IDENTITY_TYPE[glimpse.kind],
        "IdentityName": glimpse.name,
        "SendingEnabled": own or (domain is not None and domain.verified),
        "VerificationStatus": glimpse.ownership.upper(),
    }


def may_send(identity: Identity, domain: Identity | None) -> bool:
    """Its own ownership, or that of the domain that it belongs to."""
    return identity.verified or (domain is not None and domain.verified)


def dkim(identity: Identity, domain: Identity | None) -> Body:
    """The DKIM attributes. An address has those of the identity of its very domain, or none."""
    shown = domain if identity.kind is Kind.ADDRESS else identity
    if shown is None:
        return {"SigningEnabled": False, "Status": State.NOT_STARTED.upper(), "SigningAttributesOrigin": "AWS_SES"}
    return _signing(shown.attributes.signing, shown.dkim)


def _signing(signing: Signing, standing: Standing) -> Body:
    easy = signing.origin != "EXTERNAL"
    return present(
        {
            "SigningEnabled": signing.enabled,
            "Status": standing.state.upper(),
            "Tokens": list(signing.tokens),
            "SigningHostedZone": signing.zone.rstrip(".") or None if easy else None,
            "SigningAttributesOrigin": signing.origin,
            "NextSigningKeyLength": signing.next_key_length if easy else None,
            "CurrentSigningKeyLength": signing.key_length if easy else None,
            "LastKeyGenerationTimestamp": signing.key_generated_at if easy else None,
        }
    )


def mail_from(identity: Identity) -> Body:
    """The MAIL FROM attributes; only the fallback where none is set, although the model calls all three required (as SES answers)."""
    told = identity.attributes.mail_from
    if not told.domain:
        return {"BehaviorOnMxFailure": told.on_mx_failure}
    return {
        "MailFromDomain": told.domain.rstrip("."),
        "MailFromDomainStatus": identity.mail_from.state.upper(),
        "BehaviorOnMxFailure": told.on_mx_failure,
    }


def tags(identity: Identity) -> list[Body]:
    """Its tags, by key."""
    return [{"Key": key, "Value": value} for key, value in sorted(identity.attributes.tags.items())]


def verification(identity: Identity) -> Body:
    """What the last look saw; empty before the first."""
    look = identity.look
    soa = look.soa and {
        "PrimaryNameServer": look.soa.primary.rstrip("."),
        "AdminEmail": look.soa.admin.rstrip("."),
        "SerialNumber": look.soa.serial,
    }
    return present(
        {
            "LastCheckedTimestamp": look.checked_at,
            "LastSuccessTimestamp": look.success_at,
            "ErrorType": look.error_type.upper() or None,
            "SOARecord": soa,
        }
    )


def present(body: Body) -> Body:
    """Without the members that have no value."""
    return {name: value for name, value in body.items() if value is not None}

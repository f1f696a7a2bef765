"""What else an owner sets by SES v2: MAIL FROM, feedback forwarding, the default configuration set."""

from __future__ import annotations

import re
from collections.abc import Mapping

from unpend.model.errors import UnknownIdentityError
from unpend.model.identity import IdentityKey, MailFrom
from unpend.sesv2 import shapes, views
from unpend.sesv2.call import Call, Operation
from unpend.sesv2.errors import bad_request, not_found
from unpend.sesv2.naming import DOMAIN, domain_key, shown

ON_MX_FAILURE = ("USE_DEFAULT_VALUE", "REJECT_MESSAGE")
CONFIGURATION_SET = re.compile(r"[A-Za-z0-9_-]{1,64}", re.ASCII)


def put_mail_from(call: Call) -> views.Body:
    """PutEmailIdentityMailFromAttributes: an empty domain clears it. 400, and not 404, for an unknown identity, as SES answers."""
    told = shapes.read(call.request.body, shapes.MailFromAttributes)
    wanted = mail_from_of(call.key, told.mail_from_domain, told.behavior_on_mx_failure or ON_MX_FAILURE[0])
    try:
        call.identities.set_mail_from(call.key, wanted)
    except UnknownIdentityError:
        raise bad_request(f"Identity <{shown(call.key.name)}> does not exist.") from None
    return {}


def put_feedback(call: Call) -> views.Body:
    """PutEmailIdentityFeedbackAttributes. It is kept and shown; unpend sends no mail that could bounce."""
    told = shapes.read(call.request.body, shapes.Feedback)
    try:
        call.identities.set_forwarding(call.key, bool(told.email_forwarding_enabled))
    except UnknownIdentityError:
        raise not_found(f"Email identity {shown(call.key.name)} does not exist.") from None
    return {}


def put_configuration_set(call: Call) -> views.Body:
    """PutEmailIdentityConfigurationSetAttributes; absent removes it."""
    told = shapes.read(call.request.body, shapes.ConfigurationSet)
    name = call.known_set(configuration_set_of(told.configuration_set_name))
    try:
        call.identities.set_configuration_set(call.key, name)
    except UnknownIdentityError:
        raise not_found(f"Email identity {shown(call.key.name)} does not exist.") from None
    return {}


def mail_from_of(key: IdentityKey, domain: str | None, on_mx_failure: str) -> MailFrom:
    """The MAIL FROM domain: a sub-domain of the identity's domain, in ASCII."""
    if on_mx_failure not in ON_MX_FAILURE:
        raise bad_request(f"BehaviorOnMxFailure must be one of {', '.join(ON_MX_FAILURE)}.")
    if not domain:
        return MailFrom("", on_mx_failure)
    above = domain_key(key).name
    if DOMAIN.fullmatch(domain) is None or not domain.lower().endswith(f".{above}"):
        told = f"Provided MAIL-FROM domain <{shown(domain)}> is not subdomain of the domain of the identity <{shown(above)}>."
        raise bad_request(told)
    return MailFrom(f"{domain.lower()}.", on_mx_failure)


def configuration_set_of(name: str | None) -> str:
    """The name of a configuration set; whether there is such a set is another question (`Call.known_set`)."""
    if name and CONFIGURATION_SET.fullmatch(name) is None:
        raise bad_request(f"Invalid configuration set name: {shown(name)}")
    return name or ""


OPERATIONS: Mapping[str, Operation] = {
    "PutEmailIdentityMailFromAttributes": put_mail_from,
    "PutEmailIdentityFeedbackAttributes": put_feedback,
    "PutEmailIdentityConfigurationSetAttributes": put_configuration_set,
}

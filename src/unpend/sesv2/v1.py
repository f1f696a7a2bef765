"""SES v1's identity operations, over the same identities as v2."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from unpend.model.errors import IdentityExistsError, UnknownIdentityError
from unpend.model.identity import Identity, IdentityKey, Kind, Machine, State
from unpend.sesv2.attributes import mail_from_of
from unpend.sesv2.call import Call
from unpend.sesv2.errors import SesError, bad_request, not_one_of
from unpend.sesv2.identities import after_token, token_after
from unpend.sesv2.naming import domain_key, known_key, new_key, shown
from unpend.sesv2.query import Entries, Form, Value
from unpend.sesv2.signing import not_verified

MOST = 100
LARGEST_PAGE = 1000
KINDS = {"EmailAddress": Kind.ADDRESS, "Domain": Kind.DOMAIN}
ON_MX_FAILURE = {"UseDefaultValue": "USE_DEFAULT_VALUE", "RejectMessage": "REJECT_MESSAGE"}
Result = Mapping[str, Value]
Action = Callable[[Form, Call], Result]


def action_of(form: Form) -> Action:
    """What the form asks for."""
    action = ACTIONS.get(form.action)
    if action is None:
        raise SesError("InvalidAction", f"Could not find operation {shown(form.action)} for version 2010-12-01.")
    return action


def verify_domain_identity(form: Form, call: Call) -> Result:
    """The ownership TXT value: the same one each time. A domain that had failed begins anew."""
    key = _domain(form, call)
    try:
        made = call.create(key, ownership_txt=True)
    except IdentityExistsError:
        made = call.identities.prove_by_txt(key)
    return {"VerificationToken": made.attributes.txt_token}


def verify_domain_dkim(form: Form, call: Call) -> Result:
    """The three tokens: the same ones each time. DKIM that had failed begins anew."""
    key = _domain(form, call)
    try:
        made = call.create(key)
    except IdentityExistsError:
        made = call.identities.begin(key)
    return {"DkimTokens": made.attributes.signing.tokens}


def verify_email_identity(form: Form, call: Call) -> Result:
    """Adds the address; nobody gets a mail (docs/sesv2.md)."""
    key = new_key(call.caller, form.text("EmailAddress"))
    if "@" not in key.name:
        raise bad_request(f"Invalid email address<{shown(key.name)}>.")
    try:
        call.create(key)
    except IdentityExistsError:
        call.identities.begin(key, Machine.OWNERSHIP)
    return {}


def verification_attributes(form: Form, call: Call) -> Result:
    """Names that are not there are left out, as SES does it."""

    def told(identity: Identity) -> Mapping[str, Value]:
        token = identity.attributes.txt_token
        return {
            "VerificationStatus": _status(identity.ownership.state),
            **({"VerificationToken": token} if token else {}),
        }

    return {"VerificationAttributes": _each(form, call, told)}


def dkim_attributes(form: Form, call: Call) -> Result:
    """Those of an address are those of its very domain."""

    def told(identity: Identity) -> Mapping[str, Value]:
        shown_here = call.domain_of(identity) if identity.kind is Kind.ADDRESS else identity
        if shown_here is None:
            return {"DkimEnabled": False, "DkimVerificationStatus": _status(State.NOT_STARTED)}
        signing = shown_here.attributes.signing
        return {
            "DkimEnabled": signing.enabled,
            "DkimVerificationStatus": _status(shown_here.dkim.state),
            "DkimTokens": signing.tokens,
        }

    return {"DkimAttributes": _each(form, call, told)}


def mail_from_attributes(form: Form, call: Call) -> Result:
    """MAIL FROM by identity."""

    def told(identity: Identity) -> Mapping[str, Value]:
        given = identity.attributes.mail_from
        spelt = {v2: v1 for v1, v2 in ON_MX_FAILURE.items()}[given.on_mx_failure]
        if not given.domain:
            return {"BehaviorOnMXFailure": spelt}
        status = _status(identity.mail_from.state)
        return {
            "MailFromDomain": given.domain.rstrip("."),
            "MailFromDomainStatus": status,
            "BehaviorOnMXFailure": spelt,
        }

    return {"MailFromDomainAttributes": _each(form, call, told)}


def set_dkim_enabled(form: Form, call: Call) -> Result:
    """Of an address's domain, nothing happens."""
    key, enabled = known_key(call.caller, form.text("Identity")), form.flag("DkimEnabled")
    domain = domain_key(key)
    try:
        if domain == key:
            call.identities.set_signing_enabled(key, enabled)
        else:
            call.identities.get(domain)
    except UnknownIdentityError:
        raise not_verified(domain) from None
    return {}


def set_mail_from(form: Form, call: Call) -> Result:
    """No domain clears it."""
    key = known_key(call.caller, form.text("Identity"))
    spelt = form.fields.get("BehaviorOnMXFailure", "UseDefaultValue")
    if spelt not in ON_MX_FAILURE:
        raise not_one_of("behaviorOnMXFailure", spelt, ON_MX_FAILURE)
    wanted = mail_from_of(key, form.fields.get("MailFromDomain"), ON_MX_FAILURE[spelt])
    try:
        call.identities.set_mail_from(key, wanted)
    except UnknownIdentityError:
        raise bad_request(f"Identity <{shown(key.name)}> does not exist.") from None
    return {}


def list_identities(form: Form, call: Call) -> Result:
    """A page of names, of one kind where that was asked for: such a page may be short or empty and go on, so that it costs the same."""
    told = form.fields.get("MaxItems", "100")
    if not (told.isascii() and told.isdecimal() and 1 <= int(told[:9]) <= LARGEST_PAGE):
        raise bad_request(f"MaxItems must be between 1 and {LARGEST_PAGE}.")
    spelt, size = form.fields.get("IdentityType"), int(told)
    if spelt and spelt not in KINDS:
        raise not_one_of("identityType", spelt, KINDS)
    after = after_token(form.fields.get("NextToken"))
    found = call.identities.glimpses(call.caller.account, call.caller.region, after, size + 1)
    more = {"NextToken": token_after(found[size - 1].name)} if len(found) > size else {}
    return {"Identities": [e.name for e in found[:size] if not spelt or e.kind is KINDS[spelt]], **more}


def delete_identity(form: Form, call: Call) -> Result:
    """Idempotent, unlike v2's."""
    call.identities.delete(known_key(call.caller, form.text("Identity")))
    return {}


def _domain(form: Form, call: Call) -> IdentityKey:
    key = new_key(call.caller, form.text("Domain"))
    if "@" in key.name:
        raise bad_request(f"Invalid domain name {shown(key.name)}.")
    return key


def _each(form: Form, call: Call, told: Callable[[Identity], Mapping[str, Value]]) -> Entries:
    names = form.members("Identities")
    if len(names) > MOST:
        raise bad_request(f"At most {MOST} identities can be asked for at once.")
    found = ((name, call.identities.find(known_key(call.caller, name))) for name in names)
    return Entries({name: told(identity) for name, identity in found if identity is not None})


def _status(state: State) -> str:
    """PENDING → Pending: v1 spells the same states in another way."""
    return "".join(word.capitalize() for word in state.split("_"))


ACTIONS: Mapping[str, Action] = {
    "VerifyDomainIdentity": verify_domain_identity,
    "VerifyDomainDkim": verify_domain_dkim,
    "VerifyEmailIdentity": verify_email_identity,
    "GetIdentityVerificationAttributes": verification_attributes,
    "GetIdentityDkimAttributes": dkim_attributes,
    "SetIdentityDkimEnabled": set_dkim_enabled,
    "SetIdentityMailFromDomain": set_mail_from,
    "GetIdentityMailFromDomainAttributes": mail_from_attributes,
    "ListIdentities": list_identities,
    "DeleteIdentity": delete_identity,
}

"""Create, get, list and delete identities, by SES v2."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Iterator, Mapping, Sequence

from unpend.model.errors import IdentityExistsError, UnknownIdentityError
from unpend.model.identity import Attributes, Identity, IdentityKey, Kind
from unpend.sesv2 import shapes, views
from unpend.sesv2.attributes import configuration_set_of
from unpend.sesv2.call import Call, Operation
from unpend.sesv2.errors import already_exists, bad_request, not_found
from unpend.sesv2.naming import domain_key, known_key, new_key, shown
from unpend.sesv2.signing import chosen
from unpend.sesv2.tags import tags_of
from unpend.store.insights import cause_of
from unpend.store.store import Glimpse

LARGEST_PAGE = 1000
CONTAINS = "IDENTITY_NAME_CONTAINS"
FILTERS = {"IDENTITY_TYPE": "IdentityType", "VERIFICATION_STATUS": "VerificationStatus"}


def create(call: Call) -> views.Body:
    """CreateEmailIdentity."""
    told = shapes.read(call.request.body, shapes.Create)
    key = new_key(call.caller, told.email_identity)
    attributes = Attributes(
        signing=chosen(key, told.dkim_signing_attributes),
        configuration_set=call.known_set(configuration_set_of(told.configuration_set_name)),
        tags=tags_of(told.tags or [], {}),
    )
    try:
        made = call.create(key, attributes)
    except IdentityExistsError:
        raise already_exists(f"Email identity {shown(key.name)} already exist.") from None
    return views.created(made, call.domain_of(made))


def get(call: Call) -> views.Body:
    """GetEmailIdentity. What keeps an identity from being verified goes beside it, by its code and where the whole report is."""
    found = existing(call, call.key)
    if found.kind is Kind.DOMAIN and not found.verified and (cause := cause_of(call.identities.store, found.id)):
        call.notes["x-unpend-finding"] = cause
        call.notes["link"] = f'</api/v1/domains/{found.uid}/report>; rel="describedby"'
    return views.whole(found, call.domain_of(found))


def delete(call: Call) -> views.Body:
    """DeleteEmailIdentity."""
    if not call.identities.delete(call.key):
        raise unknown(call.key)
    return {}


def listing(call: Call) -> views.Body:
    """ListEmailIdentities, by POST (now) and by GET (until botocore 1.40). A filtered page may be short, or empty, and go on, so that
    it costs what another page costs."""
    told = _page(call)
    wanted = _wanted(told.filter or {})
    size = told.page_size if told.page_size is not None else LARGEST_PAGE
    if not 0 <= size <= LARGEST_PAGE:
        raise bad_request(f"PageSize must be between 0 and {LARGEST_PAGE}.")
    size = size or LARGEST_PAGE
    found = call.identities.glimpses(call.caller.account, call.caller.region, after_token(told.next_token), size + 1)
    entries = (views.listed(each, domain) for each, domain in _with_domains(call, found[:size]))
    shown_here = [entry for entry in entries if wanted(entry)]
    more = token_after(found[size - 1].name) if len(found) > size else None
    return views.present({"EmailIdentities": shown_here, "NextToken": more})


def _with_domains(call: Call, found: Sequence[Glimpse]) -> Iterator[tuple[Glimpse, Identity | None]]:
    """Addresses with the identity of their domain, each of which is looked up once."""
    domains: dict[str, Identity | None] = {}
    for each in found:
        if each.kind is Kind.DOMAIN:
            yield each, None
            continue
        key = domain_key(known_key(call.caller, each.name))
        if key.name not in domains:
            domains[key.name] = call.identities.find(key)
        yield each, domains[key.name]


def existing(call: Call, key: IdentityKey) -> Identity:
    """The identity, or SES's 404."""
    try:
        return call.identities.get(key)
    except UnknownIdentityError:
        raise unknown(key) from None


def unknown(key: IdentityKey) -> Exception:
    """SES's words for an identity that is not there."""
    return not_found(f"Email identity {shown(key.name)} does not exist.")


def token_after(name: str) -> str:
    """A page's end as an opaque token. It holds a name and no right: a page shows the caller's own identities alone."""
    return base64.urlsafe_b64encode(name.encode()).decode()


def after_token(token: str | None) -> str:
    """Where a page begins."""
    try:
        return base64.b64decode((token or "").encode("ascii"), altchars=b"-_", validate=True).decode()
    except (binascii.Error, UnicodeError, ValueError):
        raise bad_request("The NextToken is not one that was given out.") from None


def _wanted(filters: Mapping[str, str]) -> Callable[[views.Body], bool]:
    """All of the filters together."""
    if unknown_ones := set(filters) - {*FILTERS, CONTAINS}:
        raise bad_request(f"Unknown filter: {shown(min(unknown_ones))}. Known are {', '.join((*FILTERS, CONTAINS))}.")
    part = filters.get(CONTAINS, "").lower()
    same = {member: filters[name] for name, member in FILTERS.items() if name in filters}
    return lambda entry: part in entry["IdentityName"].lower() and same.items() <= entry.items()


def _page(call: Call) -> shapes.Page:
    if call.request.method == "POST":
        return shapes.read(call.request.body, shapes.Page)
    size = call.request.parameter("PageSize")
    if size and not (size.isascii() and size.isdecimal() and len(size) < 9):
        raise bad_request("PageSize must be a number.")
    return shapes.Page(None, call.request.parameter("NextToken") or None, int(size) if size else None)


OPERATIONS: Mapping[str, Operation] = {
    "CreateEmailIdentity": create,
    "GetEmailIdentity": get,
    "ListEmailIdentities": listing,
    "DeleteEmailIdentity": delete,
}

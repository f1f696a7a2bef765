"""Every path that an SDK calls SES by: the newest release as it is installed, and those that earlier releases used."""

from __future__ import annotations

import pytest
from tests.sesv2.routes_of_botocore import NEWEST, routes_of

from unpend.sesv2.errors import SesError
from unpend.sesv2.routes import match, operations

MOVED = {  # botocore 1.34 and later ones until the path moved
    "GET /v2/email/identities": "ListEmailIdentities",
    "PUT /v1/email/identities/{EmailIdentity}/dkim/signing": "PutEmailIdentityDkimSigningAttributes",
    "GET /v2/email/configuration-sets": "ListConfigurationSets",
}


@pytest.mark.parametrize(
    ("way", "name"), [*((f"{m} {p}", n) for n, (m, p) in routes_of(NEWEST).items()), *MOVED.items()]
)
def test_every_way_leads_to_its_operation(way: str, name: str) -> None:
    method, _, pattern = way.partition(" ")
    names = [part[1:-1] for part in pattern.split("/") if part[:1] == "{"]
    path = pattern
    for place in names:
        path = path.replace("{" + place + "}", f"a%20{place}%2F%C3%A9")
    assert match(method, path) == (name, {place: f"a {place}/é" for place in names})


def test_the_newest_release_is_known() -> None:
    """Fails when botocore learns an operation: run tests/sesv2/routes_of_botocore.py then."""
    assert set(routes_of(NEWEST)) <= operations()


@pytest.mark.parametrize(
    "path", ["/", "", "/v2/email", "/v2/email/identities/a/b/c/d/e", "v2/email/identities", "/v2//identities"]
)
def test_other_paths_are_nobodys(path: str) -> None:
    with pytest.raises(SesError):
        match("GET", path)

"""One call of an operation: who calls, what is named in the path, what was sent, and the use cases behind it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from unpend.engine.identities import Identities
from unpend.model.identity import Attributes, Identity, IdentityKey, Kind
from unpend.sesv2.errors import not_found
from unpend.sesv2.gate import Caller
from unpend.sesv2.limits import Limits
from unpend.sesv2.naming import domain_key, known_key
from unpend.sesv2.request import Request


@dataclass(frozen=True, slots=True)
class Likeness:
    """How far a door is to be like SES where that is in the way of most who test: its limits, and which configuration sets there are
    (none told: any name is taken)."""

    limits: Limits | None = None
    configuration_sets: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Call:
    """A request that was admitted, on its way to its operation. `notes` are headers that go beside the answer: SES's own shapes have no
    place for what SES does not know."""

    identities: Identities
    caller: Caller
    names: Mapping[str, str]
    request: Request
    notes: dict[str, str] = field(default_factory=dict)
    likeness: Likeness = Likeness()

    @property
    def key(self) -> IdentityKey:
        """The identity that the path names."""
        return known_key(self.caller, self.names["EmailIdentity"])

    def create(
        self, key: IdentityKey, attributes: Attributes | None = None, *, ownership_txt: bool = False
    ) -> Identity:
        """A new identity, where SES's quota has room for it. IdentityExistsError."""
        limits, wanted = self.likeness.limits, self.identities
        if limits is not None and wanted.find(key) is None:
            limits.one_more(lambda most: len(wanted.glimpses(key.account, key.region, "", most)))
        return wanted.create(key, attributes, ownership_txt=ownership_txt)

    def known_set(self, name: str) -> str:
        """The name of a configuration set, if there is one of this name."""
        if name and self.likeness.configuration_sets and name not in self.likeness.configuration_sets:
            raise not_found(f"Configuration set <{name}> does not exist.")
        return name

    def domain_of(self, identity: Identity) -> Identity | None:
        """The identity of an address's very domain, which its DKIM and its right to send come from."""
        return self.identities.find(domain_key(identity.key)) if identity.kind is Kind.ADDRESS else None


Operation = Callable[[Call], Mapping[str, Any]]

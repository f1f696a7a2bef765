"""One call of an operation: who calls, what is named in the path, what was sent, and the use cases behind it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from unpend.engine.identities import Identities
from unpend.model.identity import Identity, IdentityKey, Kind
from unpend.sesv2.gate import Caller
from unpend.sesv2.naming import domain_key, known_key
from unpend.sesv2.request import Request


@dataclass(frozen=True, slots=True)
class Call:
    """A request that was admitted, on its way to its operation. `notes` are headers that go beside the answer: SES's own shapes have no
    place for what SES does not know."""

    identities: Identities
    caller: Caller
    names: Mapping[str, str]
    request: Request
    notes: dict[str, str] = field(default_factory=dict)

    @property
    def key(self) -> IdentityKey:
        """The identity that the path names."""
        return known_key(self.caller, self.names["EmailIdentity"])

    def domain_of(self, identity: Identity) -> Identity | None:
        """The identity of an address's very domain, which its DKIM and its right to send come from."""
        return self.identities.find(domain_key(identity.key)) if identity.kind is Kind.ADDRESS else None


Operation = Callable[[Call], Mapping[str, Any]]

"""A DKIM key pair behind one of the three names that were issued to a domain."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from unpend.model.identity import IdentityKey


class KeyState(StrEnum):
    """Where the key of one slot stands (docs/signing-zone.md). NEXT is published and not yet used, CURRENT signs,
    RETIRED signs no more and stays published for mail that is under way, EMPTY is a name without a key.
    """

    NEXT = "next"
    CURRENT = "current"
    RETIRED = "retired"
    EMPTY = "empty"


@dataclass(frozen=True, slots=True)
class SigningKey:
    """The key of one slot (0, 1, 2). `public` is the base64 of the DER (RFC 6376 section 3.6.1), `private` is sealed.

    `due_at` is when it goes to its next state, None where it waits for another one; `shown`: the zone has it as it is.
    """

    owner: IdentityKey
    slot: int
    zone: str
    token: str
    state: KeyState
    bits: int
    public: str
    private: bytes
    since: float
    due_at: float | None
    shown: bool = False
    id: int = 0
    rev: int = 0

    @property
    def name(self) -> str:
        """The name in the signing zone, absolute."""
        return f"{self.token}.{self.zone}"

    @property
    def content(self) -> str:
        """The TXT value: SES writes `p=` alone, and "" where there is no key."""
        return "" if self.state is KeyState.EMPTY else f"p={self.public}"

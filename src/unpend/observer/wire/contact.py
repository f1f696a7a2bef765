"""`Contact`: who asks, said to each server with the first try of a question, until it minds."""

from __future__ import annotations

from unpend.model.records import Exchange, Outcome
from unpend.observer.wire.message import contact_option

Where = tuple[str, int]
SAID_NOTHING = frozenset({Outcome.TIMEOUT, Outcome.UNREACHABLE})


class Contact:
    """What a server makes of it must not look like a defect, so whoever minds is not told a second time."""

    def __init__(self, contact: str) -> None:
        self._option = contact_option(contact)
        self._shy: set[Where] = set()

    def option(self, where: Where) -> bytes:
        """What goes into the first try; nothing for nobody and for a server that minds."""
        return b"" if where in self._shy else self._option

    def heard(self, where: Where, data: bytes, tries: list[int]) -> None:
        """An answer to another try than the first: the one that named the contact may have been dropped for it."""
        if self._option and int.from_bytes(data[:2], "big") != tries[0]:
            self._shy.add(where)

    def is_minded(self, exchange: Exchange) -> bool:
        """Whether a server said no to a question that named the contact, for the first time: to be asked without."""
        where = (exchange.server.address, exchange.server.port)
        if not self._option or where in self._shy or exchange.outcome.conclusive or exchange.outcome in SAID_NOTHING:
            return False
        self._shy.add(where)
        return True

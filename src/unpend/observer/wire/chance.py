"""The system's random numbers, fetched many at a time: ids, ports and upper case that nobody can foresee (RFC 5452)."""

from __future__ import annotations

import os

POOL = 4096


class Chance:
    """Never gives the same octets twice, nor to a process that was forked off."""

    def __init__(self) -> None:
        self._pool = b""
        self._at = 0
        self._owner = 0

    def getrandbits(self, bits: int, /) -> int:
        """So many random bits, eight at a time, as a number."""
        count = bits >> 3
        at = self._at
        if at + count > len(self._pool) or self._owner != os.getpid():
            self._pool, self._owner, at = os.urandom(POOL), os.getpid(), 0
        self._at = at + count
        return int.from_bytes(self._pool[at : at + count], "big")

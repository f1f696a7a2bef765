"""How to look many domains up: whom to ask, how fast, and how long to wait."""

from __future__ import annotations

from dataclasses import dataclass
from math import inf

from unpend.observer.settings import Hints, Resolver

UNLIMITED = inf


@dataclass(frozen=True, slots=True)
class BulkSettings:
    """With `resolvers`, they are asked; without, the authoritative servers, from the root hints down.

    `window` bounds the questions under way in all, `server_window` those with one server, `rate` the questions a
    second to one server, which is the most that a good neighbour sends; trouble lowers it (UNLIMITED stays
    what it is). The first try waits
    `timeout` seconds, each further one `patience` times as long. `mixed_case` adds a few bits that a forger has to
    guess (0x20) to the 16 of the id and those of the source port; `behind` also wants to see a key at the target.
    `contact` is said to each server now and then, for which the pure half of the hot path is taken.
    """

    resolvers: tuple[Resolver, ...] = ()
    root_hints: Hints = ()
    port: int = 53
    window: int = 1024
    server_window: int = 256
    rate: float = 500.0
    timeout: float = 1.0
    patience: float = 1.5
    tries: int = 3
    mixed_case: bool = False
    behind: bool = True
    source_ports: int = 4
    ipv6: bool = True
    delegations: int = 200_000
    contact: str = ""

    def __post_init__(self) -> None:
        limits = {"window": 65_536, "server_window": 65_536, "tries": 10, "source_ports": 64, "delegations": 10_000_000}
        for name, most in limits.items():
            if not 1 <= getattr(self, name) <= most:
                raise ValueError(f"{name} must be between 1 and {most}")
        if not (self.rate > 0 and 0 < self.timeout <= 60 and 1 <= self.patience <= 10):
            raise ValueError("rate and timeout must be above 0, timeout at most 60, patience between 1 and 10")
        if not (self.resolvers or self.root_hints):
            raise ValueError("neither resolvers nor root hints are given")

    @property
    def backlog(self) -> int:
        """Questions that are held in all, under way or in a queue: memory is bounded by this."""
        return self.window * 4

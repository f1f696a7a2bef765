"""How to look: where to start, whom to ask, how long to wait."""

from __future__ import annotations

from dataclasses import dataclass

Hints = tuple[tuple[str, tuple[str, ...]], ...]


@dataclass(frozen=True, slots=True)
class Resolver:
    """A recursive resolver to ask."""

    address: str
    port: int = 53
    name: str = ""


@dataclass(frozen=True, slots=True)
class Settings:
    """`timeout` bounds one server's silence, `deadline` the whole check (seconds); `budget` is in messages sent.

    `also_ask` holds (host, address or "") of DNS hosts that the domain is not delegated to. `contact` is whom a server's operator can
    ask about these questions (`sources.contact`); "": it is not said.
    """

    root_hints: Hints
    resolvers: tuple[Resolver, ...] = ()
    port: int = 53
    also_ask: tuple[tuple[str, str], ...] = ()
    ipv4: bool = True
    ipv6: bool = True
    timeout: float = 3.0
    deadline: float = 15.0
    budget: int = 500
    rounds: int = 3
    contact: str = ""

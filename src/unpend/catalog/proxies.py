"""Address ranges of proxies that answer in place of the record."""

from __future__ import annotations

import ipaddress
from functools import cache

from unpend.catalog.tables import table

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


def proxy_of(address: str) -> str | None:
    """The id of the proxy that this address belongs to ("cloudflare"), or None."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return None
    return next((id_ for id_, network in _networks() if parsed in network), None)


@cache
def _networks() -> tuple[tuple[str, Network], ...]:
    held = table("proxy_ranges.toml")["proxy"]
    return tuple((proxy["id"], ipaddress.ip_network(text)) for proxy in held for text in proxy["networks"])

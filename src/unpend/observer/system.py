"""The resolvers that this machine is set up to use."""

from __future__ import annotations

from pathlib import Path

from unpend.observer.settings import Resolver

RESOLV_CONF = Path("/etc/resolv.conf")
LIMIT = 3


def system_resolvers(path: Path = RESOLV_CONF) -> tuple[Resolver, ...]:
    """The name servers of resolv.conf, at most three as the C library takes; none where there is no such file."""
    try:
        text = path.read_text(encoding="utf-8", errors="replace")[:65536]
    except OSError:
        return ()
    found = [line.split()[1] for line in text.splitlines() if line.startswith("nameserver ") and len(line.split()) > 1]
    return tuple(Resolver(address.partition("%")[0], 53, "system") for address in found[:LIMIT])

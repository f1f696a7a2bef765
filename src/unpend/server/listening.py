"""Where the server listens. Without access keys, loopback only: who can reach the port may do everything."""

from __future__ import annotations

import ipaddress
import re
import socket

from unpend.model.errors import UsageError
from unpend.model.text import Text

LISTEN = re.compile(r"(?:\[(?P<six>[0-9a-fA-F:.]+)\]|(?P<host>[^:\s]+)):(?P<port>\d{1,5})", re.ASCII)
BACKLOG = 512
NOT_AN_ADDRESS = Text(
    en="{given} is not an address to listen on. Give ADDRESS:PORT, as in 127.0.0.1:8025 or [::1]:8025.",
    ja="{given} は待ち受けアドレスとして使えません。127.0.0.1:8025 や [::1]:8025 のように アドレス:ポート の形で指定してください。",
)
OPEN_TO_ALL = Text(
    en="Without access keys anybody who reaches {given} could do everything, so unpend listens on loopback only.",
    ja="アクセスキーがない場合、{given} に接続できる人は誰でもすべての操作ができてしまいます。そのため、ループバックでしか待ち受けません。",
)
GIVE_KEYS = Text(
    en="Set UNPEND_ACCESS_KEY=ID:SECRET (or --access-key), or listen on 127.0.0.1.",
    ja="UNPEND_ACCESS_KEY=ID:SECRET（または --access-key）を設定するか、127.0.0.1 で待ち受けてください。",
)
IN_USE = Text(en="Cannot listen on {given}: {why}.", ja="{given} で待ち受けできません: {why}")
ANOTHER_PORT = Text(en="Choose another --listen.", ja="--listen で別のアドレスかポートを指定してください。")


def sockets(given: str, *, guarded: bool) -> list[socket.socket]:
    """Bound and listening; a name gets all its addresses. `guarded`: callers have to sign."""
    host, port = _read(given)
    found = _addresses(given, host, port)
    if not guarded and not all(ipaddress.ip_address(address[0].partition("%")[0]).is_loopback for _, address in found):
        raise UsageError(OPEN_TO_ALL.fill(given=given), GIVE_KEYS)
    bound: list[socket.socket] = []
    try:
        for family, address in found:
            bound.append(_bound(family, (address[0], bound[0].getsockname()[1] if bound and not port else port)))
    except OSError as error:
        for each in bound:
            each.close()
        raise UsageError(IN_USE.fill(given=given, why=error.strerror or error), ANOTHER_PORT) from None
    return bound


def shown(bound: socket.socket) -> str:
    """The URL of a socket."""
    host, port = bound.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def _read(given: str) -> tuple[str, int]:
    told = LISTEN.fullmatch(given)
    if told is None or int(told["port"]) > 65535:
        raise UsageError(NOT_AN_ADDRESS.fill(given=given))
    return told["six"] or told["host"], int(told["port"])


def _addresses(given: str, host: str, port: int) -> list[tuple[socket.AddressFamily, tuple[str, int]]]:
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    except OSError:
        raise UsageError(NOT_AN_ADDRESS.fill(given=given)) from None
    return [(family, (str(address[0]), port)) for family, _, _, _, address in found]


def _bound(family: socket.AddressFamily, address: tuple[str, int]) -> socket.socket:
    # asyncio turns Nagle off only where it sees that this is TCP; with it, each answer would wait 40 ms for an ACK.
    made = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family is socket.AF_INET6:
            made.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        made.bind(address)
        made.listen(BACKLOG)
    except OSError:
        made.close()
        raise
    return made

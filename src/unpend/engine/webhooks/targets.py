"""Where a webhook may go: to public addresses alone, checked when the connection is made.

Whoever registers a webhook chooses a URL that our machine will call, and may choose its name's addresses anew between
a check and the call. So the addresses are judged where they are used: all of them when the name is resolved, and once
more the one that a socket is made for, which holds for addresses written as such too.
"""

from __future__ import annotations

import asyncio
import ipaddress
import socket
from collections.abc import Iterable
from urllib.parse import urlsplit

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult
from dns.asyncresolver import Resolver
from dns.exception import DNSException
from dns.resolver import NXDOMAIN, LRUCache

from unpend.model.errors import UsageError
from unpend.model.text import Text

LONGEST = 2048
MOST_ADDRESSES = 32
PATIENCE = 4.0
CACHED = 1000
KINDS = {socket.AF_INET: "A", socket.AF_INET6: "AAAA"}
# Addresses that look public and serve a cloud's own machines: Azure's WireServer, Oracle's metadata.
CLOUD = (ipaddress.IPv4Network("168.63.129.16/32"), ipaddress.IPv4Network("192.0.0.0/24"))
NAT64 = ipaddress.IPv6Network("64:ff9b::/96")  # RFC 6052: the last 32 bits are the IPv4 address behind the translator
# Forms of an IPv4 address that nobody serves webhooks at: compatible, 6to4, Teredo, and a site's own NAT64 (RFC 8215).
TUNNELS = tuple(ipaddress.IPv6Network(each) for each in ("::/96", "2002::/16", "2001::/32", "64:ff9b:1::/48"))
Address = ipaddress.IPv4Address | ipaddress.IPv6Address

NOT_A_TARGET = Text(en="No webhook can be sent to this URL: {why}", ja="この URL には Webhook を送信できません: {why}")
GIVE_HTTPS = Text(
    en="Give a URL like https://hooks.example.com/unpend whose name has public addresses only.",
    ja="https://hooks.example.com/unpend のような、公開アドレスだけを持つ名前の URL を指定してください。",
)
TOO_LONG = Text(en="it is longer than {most} characters.", ja="{most} 文字を超えています。")
NOT_HTTPS = Text(en="it does not begin with https://.", ja="https:// で始まっていません。")
NO_HOST = Text(en="it names no host and port that could be read.", ja="ホスト名とポート番号を読み取れません。")
WITH_PASSWORD = Text(
    en="it carries a user name or a password; webhooks are signed instead.",
    ja="ユーザー名またはパスワードが含まれています。Webhook には署名が付くため不要です。",
)
PRIVATE = Text(
    en="{address} is not a public address.",
    ja="{address} は公開アドレスではありません。",
)


class ForbiddenTargetError(OSError):
    """The name leads to an address that is nobody's business outside."""


def read_target(url: str, *, allow_private: bool = False) -> str:
    """The URL as it will be called, or a UsageError that says what is wrong with it. Looks nothing up."""
    if len(url) > LONGEST:
        raise _refused(TOO_LONG.fill(most=LONGEST))
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError:
        raise _refused(NO_HOST) from None
    if not (parts.scheme == "https" or (allow_private and parts.scheme == "http")):
        raise _refused(NOT_HTTPS)
    if not host or any(each.isspace() or not each.isprintable() for each in url):
        raise _refused(NO_HOST)
    if parts.username is not None or parts.password is not None:
        raise _refused(WITH_PASSWORD)
    literal = _literal(host)
    if literal is not None and not allow_private and not is_public(literal):
        raise _refused(PRIVATE.fill(address=host))
    return parts._replace(fragment="").geturl()


def _refused(why: Text) -> UsageError:
    return UsageError(NOT_A_TARGET.fill(why=why), GIVE_HTTPS)


def _literal(host: str) -> Address | None:
    try:
        return ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return None


def is_public(address: Address) -> bool:
    """Reachable by everybody; of an IPv4 address written as IPv6, what it stands for is judged."""
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped is not None:
            return is_public(address.ipv4_mapped)
        if address in NAT64:
            return is_public(ipaddress.IPv4Address(int(address) & 0xFFFFFFFF))
        if any(address in each for each in TUNNELS):
            return False
        if address.is_site_local:
            return False
    ordinary = address.is_global and not address.is_multicast and not address.is_reserved
    return ordinary and not any(address in each for each in CLOUD)


def check(addresses: Iterable[str]) -> None:
    """ForbiddenTargetError if any of them is not public: a name with one foot inside is not called at all."""
    for each in addresses:
        literal = _literal(each)
        if literal is None or not is_public(literal):
            raise ForbiddenTargetError(f"{each} is not a public address")


class SystemResolver(AbstractResolver):
    """Asks the machine's resolvers without a thread: names that take for ever to resolve hold nobody up.

    `/etc/hosts` is not read; what stands there is nobody's business outside either.
    """

    def __init__(self, resolver: Resolver | None = None) -> None:
        self._resolver = resolver

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        kinds = [kind for kind in KINDS if family in (socket.AF_UNSPEC, kind)]
        found = await asyncio.gather(*(self._addresses(host, KINDS[kind]) for kind in kinds))
        addresses = [(kind, each) for kind, told in zip(kinds, found, strict=True) for each in told]
        if not addresses:
            raise OSError(None, f"{host} has no address")
        return [
            ResolveResult(hostname=host, host=each, port=port, family=kind, proto=0, flags=socket.AI_NUMERICHOST)
            for kind, each in addresses
        ]

    async def _addresses(self, host: str, type_: str) -> list[str]:
        try:
            if self._resolver is None:
                self._resolver = Resolver()
                self._resolver.cache = LRUCache(CACHED)
            answer = await self._resolver.resolve(
                host, type_, search=False, lifetime=PATIENCE, raise_on_no_answer=False
            )
        except NXDOMAIN:
            return []
        except DNSException as error:
            raise OSError(None, f"{host} could not be resolved: {type(error).__name__}") from error
        return [each.to_text() for each in answer.rrset or ()]

    async def close(self) -> None:
        """Nothing is held."""


class PublicResolver(AbstractResolver):
    """Resolves as `system` does, and refuses a name that has any address inside."""

    def __init__(self, system: AbstractResolver | None = None) -> None:
        self._system = system or SystemResolver()

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        found = await self._system.resolve(host, port, family)
        check(each["host"] for each in found)
        return found[:MOST_ADDRESSES]

    async def close(self) -> None:
        await self._system.close()


def public_socket(info: aiohttp.AddrInfoType) -> socket.socket:
    """The socket for one address: the last look before a packet leaves."""
    family, kind, protocol, _, where = info
    check([str(where[0])])
    return socket.socket(family, kind, protocol)


def connector(*, allow_private: bool = False, total: int = 100, per_host: int = 32) -> aiohttp.TCPConnector:
    """Connections that are kept for a moment only, a bounded number to any one host, none of them to the inside."""
    guard = {} if allow_private else {"resolver": PublicResolver(), "socket_factory": public_socket}
    return aiohttp.TCPConnector(
        limit=total,
        limit_per_host=per_host,
        use_dns_cache=False,
        keepalive_timeout=5,
        enable_cleanup_closed=False,
        **guard,  # type: ignore[arg-type]
    )

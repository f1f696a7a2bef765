"""Where the walk begins: the root servers, and the recursive resolvers that are asked unless others are given."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from unpend.model.errors import UsageError
from unpend.model.names import absolute
from unpend.model.text import Text

Hints = tuple[tuple[str, tuple[str, ...]], ...]

LARGEST = 256 * 1024
MOST_SERVERS = 64
NOT_HINTS = Text(
    en="The root hints file names no root server with an address.",
    ja="ルートヒントファイルに、アドレスのあるルートサーバーがありません。",
)
BAD_LINE = Text(
    en="Line {line} of the root hints file cannot be read.", ja="ルートヒントファイルの {line} 行目を読み取れません。"
)
TOO_LARGE = Text(
    en="The root hints file is too large: it has 13 servers normally, and {most} at most here.",
    ja="ルートヒントファイルが大きすぎます。通常は 13 台で、ここで扱えるのは {most} 台までです。",
)
HINT = Text(
    en="The format is that of named.root: `. NS name.` with `name. A address` and `name. AAAA address`.",
    ja="named.root と同じ形式にしてください。`. NS 名前.` と、その `名前. A アドレス`・`名前. AAAA アドレス` です。",
)


@dataclass(frozen=True, slots=True)
class Resolver:
    """A public recursive resolver."""

    name: str
    address: str


@cache
def root_hints() -> Hints:
    """(name, addresses) of the 13 root servers."""
    return parse_hints(files(__package__).joinpath("named.root").read_text(encoding="ascii"))


def public_resolvers() -> tuple[Resolver, ...]:
    """Three independent operators: one cache may be stale, three seldom are in the same way."""
    return (Resolver("Cloudflare", "1.1.1.1"), Resolver("Google", "8.8.8.8"), Resolver("Quad9", "9.9.9.9"))


def parse_hints(text: str) -> Hints:
    """(name, addresses) from a file in the format of named.root."""
    if len(text) > LARGEST:
        raise UsageError(TOO_LARGE.fill(most=MOST_SERVERS), HINT)
    addresses: dict[str, list[str]] = {}
    servers: list[str] = []
    for number, line in enumerate(text.splitlines(), 1):
        fields = line.partition(";")[0].split()
        if not fields or fields[0].startswith("$"):
            continue
        owner, type_, value = _record(fields, number)
        if type_ == "NS" and owner == ".":
            servers.append(absolute(value))
        elif type_ in ("A", "AAAA"):
            addresses.setdefault(owner, []).append(_address(type_, value, number))
    return _found(servers, addresses)


def _found(servers: list[str], addresses: dict[str, list[str]]) -> Hints:
    found = tuple((name, tuple(dict.fromkeys(addresses.get(name, ())))) for name in dict.fromkeys(servers))
    known = tuple((name, held) for name, held in found if held)
    if not known:
        raise UsageError(NOT_HINTS, HINT)
    if len(known) > MOST_SERVERS:
        raise UsageError(TOO_LARGE.fill(most=MOST_SERVERS), HINT)
    return known


def _record(fields: list[str], number: int) -> tuple[str, str, str]:
    """Owner, type and value; TTL and class may stand between owner and type, in any order."""
    rest = [field for field in fields[1:-2] if not field.isdigit() and field.upper() != "IN"]
    if len(fields) < 3 or rest:
        raise UsageError(BAD_LINE.fill(line=number), HINT)
    return absolute(fields[0]), fields[-2].upper(), fields[-1]


def _address(type_: str, value: str, number: int) -> str:
    try:
        parsed = ipaddress.ip_address(value)
    except ValueError:
        raise UsageError(BAD_LINE.fill(line=number), HINT) from None
    if (parsed.version == 4) is not (type_ == "A"):
        raise UsageError(BAD_LINE.fill(line=number), HINT)
    return str(parsed)

"""The text of an SPF record (RFC 7208): its terms, what is wrong with them, and what one record lacks of another."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from ipaddress import AddressValueError, IPv4Address, IPv6Address

MOST_LOOKUPS = 10
MOST_VOID_LOOKUPS = 2
MOST_MX_NAMES = 10
# The terms that cost a look-up (section 4.6.4); `exp` does not, since it is fetched after the evaluation.
LOOKING_UP = frozenset({"include", "a", "mx", "ptr", "exists", "redirect"})
MECHANISMS = frozenset({"all", "include", "a", "mx", "ptr", "ip4", "ip6", "exists"})
NEEDING_A_DOMAIN = frozenset({"include", "exists", "redirect", "exp"})

# Sections 7.1 and 12. What explains (c, r, t) has no place in a domain.
_MACRO = r"%(?:\{[slodiphv](?:[1-9][0-9]{0,2})?r?[-.+,/_=]*\}|[%_-])"
_TOP_LABEL = r"(?:[a-z0-9]*[a-z][a-z0-9]*|[a-z0-9]+-[a-z0-9-]*[a-z0-9])"
_MACRO_STRING = re.compile(rf"(?:{_MACRO.replace('slodiphv', 'slodiphvcrt')}|[!-$&-~])*", re.IGNORECASE)
_DOMAIN_SPEC = re.compile(rf"(?:{_MACRO}|[!-$&-~])*(?:(?<=[^.])\.{_TOP_LABEL}\.?|{_MACRO})", re.IGNORECASE)
_TERM = re.compile(r"(?P<qualifier>[-+?~]?)(?P<kind>[a-z][a-z0-9_.-]*)(?P<rest>.*)", re.IGNORECASE | re.DOTALL)
_MODIFIER = re.compile(r"(?P<kind>[a-z][a-z0-9_.-]*)=(?P<value>.*)", re.IGNORECASE | re.DOTALL)
_CIDR = re.compile(r"(?:/(?P<v4>0|[1-9][0-9]?))?(?://(?P<v6>0|[1-9][0-9]{0,2}))?$")
_NETWORK = re.compile(r"(?P<address>[^/]*)(?:/(?P<length>0|[1-9][0-9]{0,2}))?")
# `v=spf1` misspelt, or with something before or behind it; Sender ID (`spf2.0/pra`) is another record.
_MEANT_AS_SPF = re.compile(r"(?:\\\d{3}|[^a-z0-9])*(?:v\s*=\s*spf(?!2)|(?:v[^a-z0-9]*)?spf\s?1)", re.IGNORECASE)


class Why(StrEnum):
    """Why a term is none."""

    UNKNOWN = "unknown"
    NO_DOMAIN = "no-domain"
    BAD_DOMAIN = "bad-domain"
    BAD_ADDRESS = "bad-address"
    TOO_MUCH = "too-much"
    TWICE = "twice"
    EQUALS = "equals-sign"
    NOT_ASCII = "not-ascii"


@dataclass(frozen=True, slots=True)
class Fault:
    """A term that makes the record void (section 4.6), or that has no effect."""

    term: str
    why: Why


@dataclass(frozen=True, slots=True)
class Term:
    """A mechanism or a redirect. `domain` is its domain-spec, "" where it speaks of the record's own domain."""

    text: str
    kind: str
    qualifier: str = "+"
    domain: str = ""
    everybody: bool = False


@dataclass(frozen=True, slots=True)
class Spf:
    """What a record says, in the order of evaluation: what follows `all` is ignored (section 5.1)."""

    terms: tuple[Term, ...]
    redirect: Term | None
    faults: tuple[Fault, ...]

    @property
    def is_void(self) -> bool:
        """Whether receivers take the whole record for none (section 4.6): a misplaced `=` makes a mere unknown modifier."""
        return any(fault.why is not Why.EQUALS for fault in self.faults)


# --- which records are SPF records ------------------------------------------------------------------------------------


def is_spf(content: str) -> bool:
    """Whether a TXT record is an SPF record (section 4.5)."""
    lower = content.lower()
    return lower == "v=spf1" or lower.startswith("v=spf1 ")


def spf_records(contents: Iterable[str]) -> tuple[str, ...]:
    """The SPF records among TXT records."""
    return tuple(content for content in contents if is_spf(content))


def is_meant_as_spf(content: str) -> bool:
    """Whether a TXT record was meant to be one and is not: receivers discard it without a word."""
    return not is_spf(content) and _MEANT_AS_SPF.match(content) is not None


# --- reading a record -------------------------------------------------------------------------------------------------


@lru_cache(maxsize=64)
def read_spf(content: str) -> Spf:
    """The terms of a record, and every fault in it. Many rules read the same record, which a stranger may make long."""
    terms: list[Term] = []
    faults: list[Fault] = []
    modifiers: dict[str, Term] = {}
    ended = False
    for text in content.split(" ")[1:]:
        read = _term(text) if text else None
        if isinstance(read, Fault):
            faults.append(read)
        elif read is not None and read.kind in MECHANISMS:
            terms += [] if ended else [read]
            ended = ended or read.kind == "all"
        elif read is not None:
            faults += [Fault(text, Why.TWICE)] if read.kind in modifiers else []
            modifiers.setdefault(read.kind, read)
    return Spf(tuple(terms), None if ended else modifiers.get("redirect"), tuple(faults))


def _term(text: str) -> Term | Fault | None:
    """One term; None for an unknown modifier, which is ignored (section 6)."""
    if "\\" in text or not text.isascii() or not text.isprintable():
        return Fault(text, Why.NOT_ASCII)
    if modifier := _MODIFIER.fullmatch(text):
        return _modifier(text, modifier["kind"].lower(), modifier["value"])
    match = _TERM.fullmatch(text)
    kind = match["kind"].lower() if match else ""
    if match is None or kind not in MECHANISMS or match["rest"][:1] not in {"", ":", "/"}:
        return Fault(text, Why.UNKNOWN)
    qualifier = match["qualifier"] or "+"
    if kind == "all":
        return Fault(text, Why.TOO_MUCH) if match["rest"] else Term(text, kind, qualifier, everybody=True)
    if kind in {"ip4", "ip6"}:
        return _network(text, kind, qualifier, match["rest"])
    return _named(text, kind, qualifier, match["rest"])


def _modifier(text: str, kind: str, value: str) -> Term | Fault | None:
    if kind in MECHANISMS:
        return Fault(text, Why.EQUALS)
    if kind not in {"redirect", "exp"}:
        return None if _MACRO_STRING.fullmatch(value) else Fault(text, Why.UNKNOWN)
    if not _DOMAIN_SPEC.fullmatch(value):
        return Fault(text, Why.BAD_DOMAIN if value else Why.NO_DOMAIN)
    return Term(text, kind, domain=value)


def _network(text: str, kind: str, qualifier: str, rest: str) -> Term | Fault:
    match = _NETWORK.fullmatch(rest.removeprefix(":"))
    version, longest = (IPv4Address, 32) if kind == "ip4" else (IPv6Address, 128)
    try:
        length = int(match["length"] or longest) if match else -1
        version(match["address"] if match else "")
    except AddressValueError:
        return Fault(text, Why.BAD_ADDRESS)
    if not rest.startswith(":") or not 0 <= length <= longest:
        return Fault(text, Why.BAD_ADDRESS)
    return Term(text, kind, qualifier, everybody=length == 0)


def _named(text: str, kind: str, qualifier: str, rest: str) -> Term | Fault:
    """A mechanism with a name: `a` and `mx` may have one, and prefix lengths behind it (section 5.3)."""
    everybody = False
    if kind in {"a", "mx"} and (cidr := _CIDR.search(rest)) and cidr.group():
        if int(cidr["v4"] or 0) > 32 or int(cidr["v6"] or 0) > 128:
            return Fault(text, Why.BAD_ADDRESS)
        everybody = "0" in {cidr["v4"], cidr["v6"]}
        rest = rest[: cidr.start()]
    if not rest and kind not in NEEDING_A_DOMAIN:
        return Term(text, kind, qualifier, everybody=everybody)
    if not rest.startswith(":") or rest == ":":
        return Fault(text, Why.NO_DOMAIN if rest in {"", ":"} else Why.UNKNOWN)
    if not _DOMAIN_SPEC.fullmatch(rest[1:]):
        return Fault(text, Why.BAD_DOMAIN)
    return Term(text, kind, qualifier, rest[1:], everybody)


# --- one record against another ---------------------------------------------------------------------------------------


def terms(content: str) -> tuple[str, ...]:
    """Its terms but the version and what ends the evaluation."""
    return tuple(term for term in content.split()[1:] if not _ends(term))


def lacking(content: str, wanted: str) -> tuple[str, ...]:
    """The terms of `wanted` that `content` does not have; what either says of everybody else (`all`) is not compared."""
    held = {_comparable(term) for term in _effective(content)}
    return tuple(term for term in terms(wanted) if _comparable(term) not in held)


def joined(content: str, wanted: str) -> str:
    """`content` with the terms it lacks, put before what ends the evaluation (`all`, `redirect=`).

    Faulty terms are left out: each of them alone makes the record void.
    """
    faulty = {fault.term for record in (content, wanted) for fault in read_spf(record).faults}
    held = [term for term in content.split() if term not in faulty]
    end = next((i for i, term in enumerate(held) if _ends(term)), len(held))
    new = [term for term in lacking(content, wanted) if term not in faulty]
    return " ".join([*held[:end], *new, *(term for term in held[end:] if term not in new)])


def _effective(content: str) -> Iterator[str]:
    """The terms up to `all`."""
    for term in content.split():
        yield term
        if _is_all(term):
            return


def _comparable(term: str) -> str:
    return term.lower().removeprefix("+")


def _is_all(term: str) -> bool:
    return term.lower().lstrip("+-~?") == "all"


def _ends(term: str) -> bool:
    return _is_all(term) or term.lower().startswith("redirect=")

"""The text of a DMARC record (RFC 9989, before it RFC 7489), where it is looked for, and what is aligned with what."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from unpend.model.names import absolute, is_under, joined, labels, under

MOST_LABELS = 8
MOST_ADDRESSES = 20
POLICIES = frozenset({"none", "quarantine", "reject"})
# RFC 9989 section 4.7; pct, rf and ri are RFC 7489's and are still read by older receivers.
_VALUES = {
    **dict.fromkeys(("p", "sp", "np"), re.compile("none|quarantine|reject", re.IGNORECASE)),
    **dict.fromkeys(("adkim", "aspf"), re.compile("[rs]", re.IGNORECASE)),
    "fo": re.compile(r"[01ds](\s*:\s*[01ds])*", re.IGNORECASE),
    "pct": re.compile("100|[0-9]{1,2}"),
    "psd": re.compile("[ynu]", re.IGNORECASE),
    "t": re.compile("[yn]", re.IGNORECASE),
}
_VERSION = re.compile(r"v\s*=\s*DMARC1\s*(?:;|$)")
_MEANT_AS_DMARC = re.compile(r"(?:\\\d{3}|[^a-z0-9])*(?:(?:v\s*=\s*)?d-?marc|p\s*=\s*(?:none|quarantine|reject))", re.I)
_MAILTO = re.compile(
    r"mailto:[^@\s,!]+@(?P<host>(?:[a-z0-9](?:[a-z0-9-]{0,62})\.)+[a-z0-9-]{2,63})(?:![0-9]+[kmgt]?)?", re.I
)
_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*:.+", re.IGNORECASE)


class Why(StrEnum):
    """What is wrong with a tag."""

    NOT_A_TAG = "not-a-tag"
    BAD_VALUE = "bad-value"
    BAD_ADDRESS = "bad-address"
    NO_POLICY = "no-policy"
    TWICE = "twice"


@dataclass(frozen=True, slots=True)
class Fault:
    """A tag that receivers cannot read, or the one that is not there."""

    tag: str
    why: Why


@dataclass(frozen=True, slots=True)
class Dmarc:
    """What a record says; a tag that is given twice counts as it is given first."""

    tags: Mapping[str, str]
    faults: tuple[Fault, ...]

    @property
    def policy(self) -> str:
        """What is asked for mail that fails; without it `none` (RFC 9989 section 4.7)."""
        given = self.tags.get("p", "none").lower()
        return given if given in POLICIES else "none"

    @property
    def for_subdomains(self) -> str:
        """The same for sub-domains that have no record of their own."""
        given = self.tags.get("sp", self.policy).lower()
        return given if given in POLICIES else self.policy

    @property
    def strict_dkim(self) -> bool:
        return self.tags.get("adkim", "r").lower() == "s"

    @property
    def strict_spf(self) -> bool:
        return self.tags.get("aspf", "r").lower() == "s"

    @property
    def report_hosts(self) -> tuple[str, ...]:
        """The domains that reports are sent to, absolute, each once."""
        uris = [uri for tag in ("rua", "ruf") for uri in _uris(self.tags.get(tag, ""))]
        found = (_MAILTO.fullmatch(uri) for uri in uris)
        return tuple(dict.fromkeys(absolute(match["host"]) for match in found if match))


def is_dmarc(content: str) -> bool:
    """Whether a TXT record is a DMARC record: the version comes first, in capitals (RFC 9989 section 4.8)."""
    return _VERSION.match(content) is not None


def dmarc_records(contents: Iterable[str]) -> tuple[str, ...]:
    """The DMARC records among TXT records."""
    return tuple(content for content in contents if is_dmarc(content))


def is_meant_as_dmarc(content: str) -> bool:
    """Whether a TXT record was meant to be one and is not: receivers discard it without a word."""
    return not is_dmarc(content) and _MEANT_AS_DMARC.match(content) is not None


def read_dmarc(content: str) -> Dmarc:
    """The tags of a record, and every fault in it."""
    tags: dict[str, str] = {}
    faults: list[Fault] = []
    for part in filter(str.strip, content.split(";")):
        name, equals, value = (each.strip() for each in part.partition("="))
        tag = name.lower()
        if not equals or not re.fullmatch("[a-z]+", tag):
            faults.append(Fault(part.strip(), Why.NOT_A_TAG))
        elif tag in tags:
            faults.append(Fault(part.strip(), Why.TWICE))
        else:
            tags[tag] = value
            faults += _faults(tag, value)
    if "p" not in tags:
        faults.append(Fault("p", Why.NO_POLICY))
    return Dmarc(tags, tuple(faults))


def _faults(tag: str, value: str) -> list[Fault]:
    if tag in {"rua", "ruf"}:
        return [Fault(f"{tag}={uri}", Why.BAD_ADDRESS) for uri in _uris(value) if not _is_address(uri)]
    expected = _VALUES.get(tag)
    return [Fault(f"{tag}={value}", Why.BAD_VALUE)] if expected and not expected.fullmatch(value) else []


def _uris(value: str) -> list[str]:
    return [uri.strip() for uri in value.split(",")][:MOST_ADDRESSES]


def _is_address(uri: str) -> bool:
    """A mailbox as a URI; other schemes are allowed, and ignored (RFC 9990)."""
    return bool(_MAILTO.fullmatch(uri) or (not uri.lower().startswith("mailto:") and _SCHEME.fullmatch(uri)))


# --- where it is looked for -------------------------------------------------------------------------------------------


def dmarc_name(domain: str) -> str:
    """Where a domain's record stands."""
    return under("_dmarc", domain)


def tree_walk(domain: str, registrable: str) -> tuple[str, ...]:
    """The domains whose records may apply, the domain itself first (RFC 9989 section 4.10), down to the registered one.

    RFC 7489 knows only the first and the last of them. What a registry publishes above them is not looked at.
    """
    parts = labels(domain)
    longest = len(parts) if len(parts) <= MOST_LABELS else MOST_LABELS - 1
    shorter = [joined(parts[-count:]) for count in range(longest, 0, -1)]
    return tuple(name for name in dict.fromkeys((domain, *shorter)) if is_under(name, registrable))


def report_name(domain: str, host: str) -> str:
    """Where a host says that it accepts another domain's reports (RFC 9990 section 4, RFC 7489 section 7.1)."""
    return f"{domain.removesuffix('.')}._report._dmarc.{host}"


def aligned(one: str, other: str, *, strict: bool, registrable: str) -> bool:
    """Whether a domain that was authenticated vouches for the one in the From header (RFC 9989, identifier alignment)."""
    return one == other if strict else is_under(one, registrable) and is_under(other, registrable)

"""What the wire carries: records, questions, servers, and one exchange between us and one server."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from unpend.model.names import absolute


@dataclass(frozen=True, slots=True)
class Record:
    """One resource record (RFC 8499 section 5).

    `name` and any name inside `value` are lower-case and absolute. `value` is presentation format: a CNAME's is its
    target, a TXT's is its quoted strings (`"v=DKIM1; " "p=…"`), an MX's is `10 mail.example.`; types that we do not
    decode ourselves are in RFC 3597 form or in dnspython's presentation format.
    """

    name: str
    type: str
    ttl: int
    value: str

    @property
    def text(self) -> str:
        """The content of a TXT record: its strings joined (RFC 7208 section 3.3); other types: the value."""
        return joined_strings(self.value) if self.type == "TXT" else self.value


_OCTET = re.compile(r"\\\d{3}|.", re.DOTALL)
_STRING = re.compile(r'"(?:[^"\\]|\\.)*"', re.DOTALL)


def joined_strings(value: str) -> str:
    """The strings of a TXT value in presentation format, unquoted, unescaped where printable, and joined."""
    out: list[str] = []
    quoted = False
    i = 0
    while i < len(value):
        char = value[i]
        if char == "\\" and value[i + 1 : i + 4].isdigit():
            out.append(value[i : i + 4])
            i += 4
            continue
        if char == "\\" and i + 1 < len(value):
            out.append(value[i + 1])
            i += 2
            continue
        if char == '"':
            quoted = not quoted
        elif quoted or char != " ":
            out.append(char)
        i += 1
    return "".join(out)


def strings_of(value: str) -> tuple[str, ...]:
    """The strings of a TXT value in their order, each unquoted: where it was cut says what a panel did."""
    return tuple(joined_strings(string) for string in _STRING.findall(value)) or (joined_strings(value),)


def quoted_strings(content: str) -> str:
    """The content of a TXT record in presentation format: strings of at most 255 octets (RFC 1035 section 3.3).

    `\\DDD` stands for one octet and stays as it is.
    """
    octets = [each if each.startswith("\\") and len(each) == 4 else _escape(each) for each in _OCTET.findall(content)]
    strings = ["".join(octets[i : i + 255]) for i in range(0, len(octets), 255)] or [""]
    return " ".join(f'"{string}"' for string in strings)


def _escape(octet: str) -> str:
    return "\\" + octet if octet in '"\\' else octet


def presented(type_: str, value: str) -> str:
    """A value of the model in presentation format: TXT quoted and split, the rest as it stands."""
    return quoted_strings(value) if type_ == "TXT" else value


def modelled(type_: str, text: str) -> str:
    """Presentation text as the model holds it: TXT content joined, targets absolute."""
    if type_ == "TXT":
        return joined_strings(text)
    return absolute(text) if type_ in {"CNAME", "NS", "MX"} else text


@dataclass(frozen=True, slots=True, order=True)
class Question:
    """One name and one type; the class is always IN."""

    name: str
    type: str

    def __str__(self) -> str:
        return f"{self.name} {self.type}"

    def __hash__(self) -> int:
        """As the generated one, without its detour."""
        return hash((self.name, self.type))


class Role(StrEnum):
    """In what capacity a server was asked."""

    PARENT = "parent"
    AUTHORITATIVE = "authoritative"
    RESOLVER = "resolver"
    UNDELEGATED = "undelegated"


@dataclass(frozen=True, slots=True, order=True)
class Server:
    """Who is asked. `zone` is the zone it is asked for as one of its servers ("" for a resolver).

    A parent's server has the *parent's* apex as `zone`.
    """

    role: Role
    name: str
    address: str
    port: int = 53
    zone: str = ""

    def __hash__(self) -> int:
        """Enough to tell nearly all apart: servers are looked up very often."""
        return hash((self.address, self.name, self.zone))


class Via(StrEnum):
    """How a question travels: UDP with EDNS(0) (RFC 6891), UDP without it, or TCP."""

    UDP = "udp"
    PLAIN = "plain"
    TCP = "tcp"


@dataclass(frozen=True, slots=True)
class Probe:
    """What is asked and how. `recurse` is RD, `cd` is CD (RFC 4035 section 3.2.2), `dnssec` is DO."""

    question: Question
    via: Via = Via.UDP
    recurse: bool = False
    cd: bool = False
    dnssec: bool = False
    mixed_case: bool = True

    def __hash__(self) -> int:
        """Nearly all probes differ in their question."""
        return hash((self.question.name, self.question.type))


class Outcome(StrEnum):
    """What came of it. Trouble is a value; only the first four say anything about the records."""

    ANSWER = "answer"
    NODATA = "nodata"
    NXDOMAIN = "nxdomain"
    REFERRAL = "referral"
    SERVFAIL = "servfail"
    REFUSED = "refused"
    TIMEOUT = "timeout"
    UNREACHABLE = "unreachable"
    MALFORMED = "malformed"

    @property
    def conclusive(self) -> bool:
        """Whether the server told us what it holds (silence is not absence)."""
        return self in _CONCLUSIVE


_CONCLUSIVE = frozenset({Outcome.ANSWER, Outcome.NODATA, Outcome.NXDOMAIN, Outcome.REFERRAL})


@dataclass(frozen=True, slots=True)
class ExtendedError:
    """An extended DNS error (RFC 8914): why the server says it failed."""

    code: int
    text: str = ""


@dataclass(frozen=True, slots=True)
class Exchange:
    """One probe of one server and what came back; no CNAME chasing, no cache. Times: Unix seconds, milliseconds.

    `rcode` is the mnemonic ("NOERROR", "FORMERR", …) or "" where nothing came back. `case_kept` is False where the
    server did not echo the question's upper and lower case; `edns` where the response carried an OPT record.
    """

    server: Server
    probe: Probe
    outcome: Outcome
    rcode: str = ""
    aa: bool = False
    tc: bool = False
    ra: bool = False
    ad: bool = False
    answer: tuple[Record, ...] = ()
    authority: tuple[Record, ...] = ()
    additional: tuple[Record, ...] = ()
    ede: tuple[ExtendedError, ...] = ()
    case_kept: bool = True
    edns: bool = False
    asked_at: float = 0.0
    elapsed_ms: float = 0.0
    note: str = ""

    def __hash__(self) -> int:
        """Enough to tell nearly all apart, without all the records."""
        return hash((self.probe, self.server, self.asked_at))

    @property
    def question(self) -> Question:
        return self.probe.question

    def records(self, type_: str, name: str | None = None) -> tuple[Record, ...]:
        """The answer's records of this type at this name (the question's own name by default)."""
        owner = self.question.name if name is None else name
        return tuple(r for r in self.answer if r.type == type_ and r.name == owner)

    def values(self, type_: str, name: str | None = None) -> tuple[str, ...]:
        """Their values, sorted; TXT values are unquoted."""
        return tuple(sorted(r.text for r in self.records(type_, name)))

    @property
    def soa(self) -> Record | None:
        """The SOA of the answer or of the authority section, if there is one."""
        return next((r for r in (*self.answer, *self.authority) if r.type == "SOA"), None)

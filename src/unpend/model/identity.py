"""A domain that is being verified: three machines, what they demand, and every step that they took.

Ownership, DKIM and MAIL FROM have each a state of their own, as in SES (docs/lifecycle.md).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Kind(StrEnum):
    """What is verified."""

    DOMAIN = "domain"
    ADDRESS = "address"


class Machine(StrEnum):
    """The three states of an identity, independent of one another."""

    OWNERSHIP = "ownership"
    DKIM = "dkim"
    MAIL_FROM = "mail_from"


MACHINES = tuple(Machine)  # iterating an enum costs five times as much, and every look does it


class State(StrEnum):
    """Where a machine stands; the words of SES."""

    NOT_STARTED = "not_started"
    PENDING = "pending"
    SUCCESS = "success"
    TEMPORARY_FAILURE = "temporary_failure"
    FAILED = "failed"


class Event(StrEnum):
    """What can happen to a machine.

    BEGIN is asked for by its owner; REPLACED: something else is demanded from now on (another key, another MAIL FROM
    domain); WITHDRAWN: nothing is demanded any more. The others come from looking; EXPIRED is an incomplete look at or
    after the end of the window.
    """

    BEGIN = "begin"
    COMPLETE = "complete"
    INCOMPLETE = "incomplete"
    SILENT = "silent"
    EXPIRED = "expired"
    REPLACED = "replaced"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class Standing:
    """Where one machine stands. `deadline` is the end of its window, None where no window runs."""

    state: State = State.NOT_STARTED
    since: float = 0.0
    deadline: float | None = None


@dataclass(frozen=True, slots=True, order=True)
class IdentityKey:
    """Whose identity it is. `name` is a domain in lower-case A-labels without the final dot, or an address as typed."""

    account: str
    region: str
    name: str

    @property
    def domain(self) -> str:
        """The domain, absolute."""
        return domain_of(self.name)


def domain_of(name: str) -> str:
    """The domain of an identity's name, absolute."""
    return name.rpartition("@")[2].lower() + "."


@dataclass(frozen=True, slots=True)
class Signing:
    """How mail is signed. `origin` is AWS_SES (three issued CNAMEs), EXTERNAL (the owner's key) or AWS_SES_<REGION>.

    `zone` is where the CNAMEs point to, absolute; `selector` and `public_key` (base64 of the DER) belong to EXTERNAL.
    """

    enabled: bool = True
    origin: str = "AWS_SES"
    tokens: tuple[str, ...] = ()
    zone: str = ""
    key_length: str = "RSA_2048_BIT"
    next_key_length: str = "RSA_2048_BIT"
    key_generated_at: float | None = None
    selector: str = ""
    public_key: str = ""


@dataclass(frozen=True, slots=True)
class MailFrom:
    """The custom MAIL FROM domain, absolute; "" where none is set."""

    domain: str = ""
    on_mx_failure: str = "USE_DEFAULT_VALUE"


@dataclass(frozen=True, slots=True)
class Attributes:
    """All that its owner can set. `txt_token` is the ownership TXT value where one was issued."""

    signing: Signing = field(default_factory=Signing)
    mail_from: MailFrom = field(default_factory=MailFrom)
    txt_token: str = ""
    forwarding: bool = True
    configuration_set: str = ""
    policies: Mapping[str, str] = field(default_factory=dict)
    tags: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ZoneStart:
    """The SOA record that the last look saw."""

    primary: str
    admin: str
    serial: int


@dataclass(frozen=True, slots=True)
class LastLook:
    """What the last look told. `error_type` is SES's word for it, "" where all is well; `picture` a digest of what was
    seen, so that the next look can tell whether anything has changed."""

    checked_at: float | None = None
    success_at: float | None = None
    error_type: str = ""
    soa: ZoneStart | None = None
    picture: str = ""


@dataclass(frozen=True, slots=True)
class Identity:
    """One identity. `version` counts its transitions; `rev` changes with every write, `due_at` is the next look."""

    id: int
    uid: str
    key: IdentityKey
    kind: Kind
    created_at: float
    ownership: Standing
    dkim: Standing
    mail_from: Standing
    attributes: Attributes = field(default_factory=Attributes)
    look: LastLook = field(default_factory=LastLook)
    version: int = 0
    rev: int = 0
    attempt: int = 0
    due_at: float = 0.0

    def standing(self, machine: Machine) -> Standing:
        """Where this machine stands."""
        if machine is Machine.DKIM:
            return self.dkim
        return self.ownership if machine is Machine.OWNERSHIP else self.mail_from

    @property
    def verified(self) -> bool:
        """Whether it may send."""
        return self.ownership.state is State.SUCCESS


@dataclass(frozen=True, slots=True)
class Seen:
    """One answer that a look rests on. `outcome` is a word of `Outcome`, `server` who was asked."""

    name: str
    type: str
    outcome: str
    values: tuple[str, ...] = ()
    server: str = ""


@dataclass(frozen=True, slots=True)
class Transition:
    """One step of one machine, with what was seen when it was taken (nothing, where its owner asked for it)."""

    machine: Machine
    before: State
    after: State
    event: Event
    at: float
    seen: tuple[Seen, ...] = ()
    version: int = 0

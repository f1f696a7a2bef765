"""What ought to be published: the mail provider's demand, wherever it was read from."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from unpend.model.text import Text


class Purpose(StrEnum):
    """What a record is for."""

    DKIM = "dkim"
    OWNERSHIP = "ownership"
    MAIL_FROM = "mail-from"
    SPF = "spf"
    DMARC = "dmarc"
    TRACKING = "tracking"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class ExpectedRecord:
    """One record set that the provider looks for. `values`: CNAME/MX absolute, TXT unquoted content.

    `known` is False where only the shape of the value is known (`model.shapes`, or `p=` with words where the key
    belongs): then any one value that has one of these shapes is right. `verified` is False where no source confirms
    that the provider wants the record like this.
    """

    purpose: Purpose
    name: str
    type: str
    values: tuple[str, ...]
    required: bool = True
    ttl: int | None = None
    known: bool = True
    verified: bool = True

    def __hash__(self) -> int:
        """Name and type tell nearly all apart: records are looked up very often."""
        return hash((self.name, self.type))


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """The same identity in another region of the account, and its verification status there."""

    region: str
    status: str


@dataclass(frozen=True, slots=True)
class ProviderView:
    """What the mail provider itself says of the identity (SES: GetEmailIdentity); None where it did not say.

    `mail_from_domain` is absolute; "" where the provider says that none is set. `exists` is False where the account was
    asked and has no such identity in any of `searched` regions; `unanswered` are those that did not answer.
    `asked_region` is where it was looked for, if it was found in another one; `elsewhere` are further regions that have
    it. `unwanted_names` are names that a file demanded and the provider does not ask for. `overriding` are more
    specific identities of the account that do not sign. `production` is False in the sending sandbox. `asked_at` (Unix
    seconds) is when the provider was asked; None for what a file says, which may be old.
    """

    verification_status: str | None = None
    dkim_status: str | None = None
    error_type: str | None = None
    last_checked_at: float | None = None
    last_success_at: float | None = None
    soa_primary: str | None = None
    soa_serial: int | None = None
    mail_from_domain: str | None = None
    mail_from_status: str | None = None
    signing_enabled: bool | None = None
    signing_origin: str | None = None
    sending_allowed: bool | None = None
    exists: bool | None = None
    searched: int | None = None
    unanswered: tuple[str, ...] = ()
    asked_region: str | None = None
    elsewhere: tuple[Elsewhere, ...] = ()
    unwanted_names: tuple[str, ...] = ()
    overriding: tuple[str, ...] = ()
    production: bool | None = None
    asked_at: float | None = None


@dataclass(frozen=True, slots=True)
class Expected:
    """Everything that ought to be published for one domain. No records: nothing is known, see what DNS can tell.

    `former_names` are owner names of an earlier set (old SES tokens), `entered_at` is when the user says that the
    records were entered (Unix seconds), `source` names the format that was recognised, `notes` is what the reader of
    the source wants the user to know. `policy` is the wish to have SPF and DMARC looked at beside the records.
    """

    domain: str
    records: tuple[ExpectedRecord, ...] = ()
    provider: str | None = None
    region: str | None = None
    signing_zone: str | None = None
    former_names: tuple[str, ...] = ()
    entered_at: float | None = None
    view: ProviderView | None = None
    source: str = ""
    notes: tuple[Text, ...] = field(default=())
    policy: bool = False

    @property
    def required(self) -> tuple[ExpectedRecord, ...]:
        return tuple(r for r in self.records if r.required)

"""What to do: the changes in the order of application, what a person has to do elsewhere, and what then."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from unpend.model.text import Text


class Safety(StrEnum):
    """Whether a machine may apply the plan: yes; after a person has looked; not by machine at all."""

    SAFE = "safe"
    REVIEW = "review"
    MANUAL = "manual"


class Op(StrEnum):
    """What happens to a record set."""

    CREATE = "create"
    DELETE = "delete"
    REPLACE = "replace"


@dataclass(frozen=True, slots=True)
class Change:
    """One edit of a zone at the delegated DNS host. TXT values are the unquoted content, names are absolute."""

    op: Op
    zone: str
    name: str
    host: str
    type: str
    ttl: int
    values: tuple[str, ...]
    before: tuple[str, ...]
    because: tuple[str, ...]

    @property
    def after(self) -> tuple[str, ...]:
        """The whole set of this name and type once the change is made; nothing: it is gone."""
        return tuple(v for v in self.before if v not in self.values) if self.op is Op.DELETE else self.values


class Where(StrEnum):
    """Who has to act where no zone edit helps."""

    REGISTRAR = "registrar"
    PROVIDER = "provider"
    DNS_HOST = "dns-host"
    ADMIN = "admin"


@dataclass(frozen=True, slots=True)
class Errand:
    """Something to do outside the zone: `op` is a stable word ("remove-ds", "set-nameservers", …)."""

    where: Where
    op: str
    target: str
    values: tuple[str, ...]
    instructions: Text
    because: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Remove:
    """A rule's wish: these records should go (a misplaced copy, a conflict). `values` empty: the whole set.

    `owner` names the other service whose record it is; then a person has to look before it is deleted.
    """

    zone: str
    name: str
    type: str
    values: tuple[str, ...] = ()
    owner: str = ""


@dataclass(frozen=True, slots=True)
class Wait:
    """A rule's knowledge: nothing to do before this time (Unix seconds)."""

    until: float


Fix = Remove | Errand | Wait


@dataclass(frozen=True, slots=True)
class Then:
    """What follows the changes: `wait` (with seconds and until) or `restart-verification` (at the provider)."""

    op: str
    seconds: int | None = None
    until: float | None = None
    where: Where | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """The whole plan. Applied as it stands, it ends the pending state."""

    safety: Safety = Safety.SAFE
    reasons: tuple[Text, ...] = ()
    changes: tuple[Change | Errand, ...] = ()
    then: tuple[Then, ...] = ()

"""Whether a zone proves that something does not exist: NSEC (RFC 4035 section 5.4), NSEC3 (RFC 5155 section 8)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from unpend.model.names import ancestors, is_under, labels, parent
from unpend.model.records import Record


@dataclass(frozen=True, slots=True)
class Denial:
    """One NSEC or NSEC3: it says what `owner` holds, and that nothing is between it and `next`.

    For NSEC3 both are hashes in lower case, and `salt` and `rounds` tell how they were made.
    """

    owner: str
    next: str
    types: frozenset[str]
    hashed: bool = False
    salt: str = ""
    rounds: int = 0
    opt_out: bool = False


def proves_absence(name: str, type_: str, nxdomain: bool, zone: str, authority: Sequence[Record]) -> bool:
    """Whether the NSEC or NSEC3 records of an authority section prove a negative answer.

    A "black lie" (a NSEC at the very name that lists neither the type nor a CNAME) proves NODATA and is accepted.
    """
    plain = [_nsec(r) for r in authority if r.type == "NSEC"]
    if plain:
        return _by_nsec(name, type_, nxdomain, zone, plain)
    hashed = [_nsec3(r) for r in authority if r.type == "NSEC3"]
    return bool(hashed) and _by_nsec3(name, type_, nxdomain, zone, hashed)


# --- NSEC -------------------------------------------------------------------------------------------------------


def _by_nsec(name: str, type_: str, nxdomain: bool, zone: str, found: Sequence[Denial]) -> bool:
    at = next((d for d in found if d.owner == name), None)
    if at is not None:
        return not nxdomain and not at.types & {type_, "CNAME"}
    covering = next((d for d in found if _between(d, name)), None)
    if covering is None:
        return False
    if not nxdomain and is_under(covering.next, name):
        return True  # an empty non-terminal: the next name lies below it
    wildcard = "*." + _encloser(name, covering, zone)
    star = next((d for d in found if d.owner == wildcard), None)
    if star is not None:
        return not nxdomain and not star.types & {type_, "CNAME"}
    return nxdomain and any(_between(d, wildcard) for d in found)


def _encloser(name: str, covering: Denial, zone: str) -> str:
    """The deepest name above that exists: it is above one of the two ends of the gap."""
    ends = {*ancestors(covering.owner), *ancestors(covering.next)}
    return next((above for above in ancestors(name) if above in ends and is_under(above, zone)), zone)


def _between(denial: Denial, name: str) -> bool:
    """Whether the name falls into the gap, in canonical order (RFC 4034 section 6.1); the last gap runs to the apex."""
    owner, next_, here = (_order(n) for n in (denial.owner, denial.next, name))
    if owner < next_:
        return owner < here < next_
    return here > owner


def _order(name: str) -> tuple[bytes, ...]:
    import dns.name

    return tuple(reversed(dns.name.from_text(name).canonicalize().labels))


def _nsec(record: Record) -> Denial:
    next_, *types = record.value.split()
    return Denial(record.name, next_.lower(), frozenset(types))


# --- NSEC3 ------------------------------------------------------------------------------------------------------


def _by_nsec3(name: str, type_: str, nxdomain: bool, zone: str, found: Sequence[Denial]) -> bool:
    at = _matching(found, name)
    if at is not None:
        return not nxdomain and not at.types & {type_, "CNAME"}
    encloser = next((n for n in ancestors(name) if is_under(n, zone) and _matching(found, n)), None)
    if encloser is None:
        return False
    covering = _covering(found, _next_closer(name, encloser))
    if covering is None:
        return False
    star = _matching(found, "*." + encloser)
    if star is not None:
        return not nxdomain and not star.types & {type_, "CNAME"}
    return covering.opt_out if not nxdomain else _covering(found, "*." + encloser) is not None


def _next_closer(name: str, encloser: str) -> str:
    """The name one label below the closest encloser (RFC 5155 section 1.3)."""
    while labels(parent(name)) != labels(encloser):
        name = parent(name)
    return name


def _matching(found: Sequence[Denial], name: str) -> Denial | None:
    return next((d for d in found if d.owner == _hash(d, name)), None)


def _covering(found: Sequence[Denial], name: str) -> Denial | None:
    for denial in found:
        here = _hash(denial, name)
        if denial.owner < denial.next:
            inside = denial.owner < here < denial.next
        else:
            inside = here > denial.owner or here < denial.next
        if inside:
            return denial
    return None


def _hash(denial: Denial, name: str) -> str:
    import dns.dnssec

    return dns.dnssec.nsec3_hash(name, denial.salt, denial.rounds, 1).lower()


def _nsec3(record: Record) -> Denial:
    _, flags, rounds, salt, next_, *types = record.value.split()
    owner = labels(record.name)[0].lower()
    salt = "" if salt == "-" else salt
    opt_out = bool(int(flags) & 1)
    return Denial(owner, next_.lower(), frozenset(types), True, salt, int(rounds), opt_out)

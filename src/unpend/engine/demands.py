"""From an identity to what ought to be published for it, machine by machine."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from unpend.lifecycle import OPEN
from unpend.model.expected import Expected, ExpectedRecord, Purpose
from unpend.model.identity import MACHINES, Attributes, Identity, IdentityKey, Kind, Machine, Signing, State
from unpend.store.rows import KINDS, STATES, Due, attributes_of

OWNERSHIP_NAME = "_amazonses."


@dataclass(frozen=True, slots=True)
class Demand:
    """What one identity has to have published. `of` says for each record which machine it is for; `awaited`: somebody
    waits for an edit of the zone."""

    domain: str
    records: tuple[ExpectedRecord, ...]
    of: tuple[Machine, ...]
    awaited: bool = False

    def indexes(self, machine: Machine) -> tuple[int, ...]:
        """Where the records of this machine are."""
        return tuple([index for index, each in enumerate(self.of) if each is machine])


def demand_of(identity: Identity) -> Demand:
    """Every record that decides one of its machines."""
    states = [identity.standing(machine).state for machine in MACHINES]
    return _demand(identity.kind, identity.key, identity.attributes, states)


def demand_of_due(due: Due) -> Demand:
    """The same for what is due, of which no more than that is known."""
    states = [STATES[due.ownership], STATES[due.dkim], STATES[due.mail_from]]
    return _demand(KINDS[due.kind], IdentityKey("", due.region, due.name), attributes_of(due.attributes), states)


def _demand(kind: Kind, key: IdentityKey, attributes: Attributes, states: Sequence[State]) -> Demand:
    domain = key.domain
    if kind is Kind.ADDRESS:
        return Demand(domain, (), ())
    dkim, ownership = _dkim(domain, attributes.signing), _ownership(domain, attributes.txt_token)
    mail_from = _mail_from(attributes.mail_from.domain, key.region)[:1] if states[2] is not State.NOT_STARTED else ()
    of = (Machine.DKIM,) * len(dkim) + (Machine.OWNERSHIP,) * len(ownership) + (Machine.MAIL_FROM,) * len(mail_from)
    return Demand(domain, (*dkim, *ownership, *mail_from), of, not OPEN.isdisjoint(states))


def expected_of(identity: Identity) -> Expected:
    """The same for the deep diagnosis: with the records that decide nothing but ought to be there."""
    domain, attributes = identity.key.domain, identity.attributes
    signing = attributes.signing
    mail_from = mail_from_records(identity) if attributes.mail_from.domain else ()
    return Expected(
        domain,
        (*_dkim(domain, signing), *_ownership(domain, attributes.txt_token), *mail_from),
        provider="ses",
        region=identity.key.region,
        signing_zone=signing.zone or None,
        entered_at=None,
        source="engine",
    )


def _dkim(domain: str, signing: Signing) -> tuple[ExpectedRecord, ...]:
    if signing.origin == "EXTERNAL":
        value = f"p={signing.public_key}"
        return (ExpectedRecord(Purpose.DKIM, f"{signing.selector.lower()}._domainkey.{domain}", "TXT", (value,)),)
    under, zone = f"._domainkey.{domain}", f".{signing.zone}"
    return tuple([ExpectedRecord(Purpose.DKIM, t + under, "CNAME", (t + zone,)) for t in signing.tokens])


def _ownership(domain: str, token: str) -> tuple[ExpectedRecord, ...]:
    if not token:
        return ()
    return (ExpectedRecord(Purpose.OWNERSHIP, OWNERSHIP_NAME + domain, "TXT", (token,), required=False),)


def mail_from_records(identity: Identity) -> tuple[ExpectedRecord, ...]:
    """MX, which decides, and SPF, which only aligns (SES documents both)."""
    return _mail_from(identity.attributes.mail_from.domain, identity.key.region)


def _mail_from(name: str, region: str) -> tuple[ExpectedRecord, ...]:
    host = f"10 feedback-smtp.{region}.amazonses.com."
    mx = ExpectedRecord(Purpose.MAIL_FROM, name, "MX", (host,), required=False)
    spf = ExpectedRecord(Purpose.MAIL_FROM, name, "TXT", ("v=spf1 include:amazonses.com ~all",), required=False)
    return mx, spf

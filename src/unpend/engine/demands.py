"""From an identity to what ought to be published for it, machine by machine."""

from __future__ import annotations

from dataclasses import dataclass

from unpend.model.expected import Expected, ExpectedRecord, Purpose
from unpend.model.identity import Identity, Kind, Machine, State

OWNERSHIP_NAME = "_amazonses."


@dataclass(frozen=True, slots=True)
class Demand:
    """What one identity has to have published. `of` says for each record which machine it is for."""

    identity: Identity
    records: tuple[ExpectedRecord, ...]
    of: tuple[Machine, ...]

    @property
    def domain(self) -> str:
        return self.identity.key.domain

    def indexes(self, machine: Machine) -> tuple[int, ...]:
        """Where the records of this machine are."""
        return tuple([index for index, each in enumerate(self.of) if each is machine])


def demand_of(identity: Identity) -> Demand:
    """Every record that decides one of its machines."""
    if identity.kind is Kind.ADDRESS:
        return Demand(identity, (), ())
    told = [(Machine.DKIM, record) for record in _dkim(identity)]
    told += [(Machine.OWNERSHIP, record) for record in _ownership(identity)]
    if identity.mail_from.state is not State.NOT_STARTED:
        told += [(Machine.MAIL_FROM, record) for record in mail_from_records(identity)[:1]]
    return Demand(identity, tuple(record for _, record in told), tuple(machine for machine, _ in told))


def expected_of(identity: Identity) -> Expected:
    """The same for the deep diagnosis: with the records that decide nothing but ought to be there."""
    signing = identity.attributes.signing
    mail_from = mail_from_records(identity) if identity.attributes.mail_from.domain else ()
    return Expected(
        identity.key.domain,
        (*_dkim(identity), *_ownership(identity), *mail_from),
        provider="ses",
        region=identity.key.region,
        signing_zone=signing.zone or None,
        entered_at=None,
        source="engine",
    )


def _dkim(identity: Identity) -> tuple[ExpectedRecord, ...]:
    domain, signing = identity.key.domain, identity.attributes.signing
    if signing.origin == "EXTERNAL":
        value = f"p={signing.public_key}"
        return (ExpectedRecord(Purpose.DKIM, f"{signing.selector.lower()}._domainkey.{domain}", "TXT", (value,)),)
    return tuple(
        ExpectedRecord(Purpose.DKIM, f"{token}._domainkey.{domain}", "CNAME", (f"{token}.{signing.zone}",))
        for token in signing.tokens
    )


def _ownership(identity: Identity) -> tuple[ExpectedRecord, ...]:
    token = identity.attributes.txt_token
    if not token:
        return ()
    name = OWNERSHIP_NAME + identity.key.domain
    return (ExpectedRecord(Purpose.OWNERSHIP, name, "TXT", (token,), required=False),)


def mail_from_records(identity: Identity) -> tuple[ExpectedRecord, ...]:
    """MX, which decides, and SPF, which only aligns (SES documents both)."""
    name = identity.attributes.mail_from.domain
    host = f"10 feedback-smtp.{identity.key.region}.amazonses.com."
    mx = ExpectedRecord(Purpose.MAIL_FROM, name, "MX", (host,), required=False)
    spf = ExpectedRecord(Purpose.MAIL_FROM, name, "TXT", ("v=spf1 include:amazonses.com ~all",), required=False)
    return mx, spf

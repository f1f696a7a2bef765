"""From an identity to what ought to be published for it, machine by machine."""

from __future__ import annotations

from dataclasses import dataclass

from unpend.engine.tokens import TOKENS
from unpend.lifecycle import OPEN
from unpend.model.expected import Expected, ExpectedRecord, Purpose
from unpend.model.identity import MACHINES, Attributes, Identity, Kind, Machine, Signing, State, domain_of
from unpend.observer.bulk import Sought, dkim_subject, sought_of
from unpend.sources.ses_tokens import dkim_records
from unpend.store.rows import NOT_STARTED_NUMBER, OPEN_NUMBERS, Due, attributes_of

OWNERSHIP_NAME = "_amazonses."
ORDER = (Machine.DKIM, Machine.OWNERSHIP, Machine.MAIL_FROM)
NONE = (0, 0, 0)


@dataclass(frozen=True, slots=True)
class Demand:
    """What one identity has to have published, with its questions. `counts` says how many of the records are for each
    machine in ORDER; `awaited`: somebody waits for an edit of the zone."""

    domain: str
    sought: tuple[Sought, ...]
    counts: tuple[int, int, int]
    awaited: bool = False

    @property
    def records(self) -> tuple[ExpectedRecord, ...]:
        """What is demanded, without the questions."""
        return tuple([each.record for each in self.sought])

    def indexes(self, machine: Machine) -> range:
        """Where the records of this machine are."""
        place = ORDER.index(machine)
        start = sum(self.counts[:place])
        return range(start, start + self.counts[place])


def demand_of(identity: Identity) -> Demand:
    """Every record that decides one of its machines."""
    if identity.kind is Kind.ADDRESS:
        return Demand(identity.key.domain, (), NONE)
    demanded = identity.mail_from.state is not State.NOT_STARTED
    awaited = any(identity.standing(machine).state in OPEN for machine in MACHINES)
    return _demand(identity.key.domain, identity.key.region, identity.attributes, demanded, awaited)


def demand_of_due(due: Due) -> Demand:
    """The same for what is due, of which no more than that is known."""
    domain = domain_of(due.name)
    if due.kind:
        return Demand(domain, (), NONE)
    awaited = due.ownership in OPEN_NUMBERS or due.dkim in OPEN_NUMBERS or due.mail_from in OPEN_NUMBERS
    return _demand(domain, due.region, attributes_of(due.attributes), due.mail_from != NOT_STARTED_NUMBER, awaited)


def _demand(domain: str, region: str, attributes: Attributes, mail_from_too: bool, awaited: bool) -> Demand:
    dkim = _dkim_sought(domain, attributes.signing)
    ownership = _ownership(domain, attributes.txt_token)
    mail_from = _mail_from(attributes.mail_from.domain, region)[:1] if mail_from_too else ()
    counts = len(dkim), len(ownership), len(mail_from)
    others = [sought_of(record) for record in (*ownership, *mail_from)]
    return Demand(domain, (*dkim, *others) if others else dkim, counts, awaited)


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
    return dkim_records(domain, signing.tokens, signing.zone)


def _dkim_sought(domain: str, signing: Signing) -> tuple[Sought, ...]:
    """The same with their questions; most identities have three tokens, for which there is a short way."""
    if signing.origin == "EXTERNAL" or len(signing.tokens) != TOKENS:
        return tuple([sought_of(record) for record in _dkim(domain, signing)])
    return dkim_subject(None, domain, signing.tokens, signing.zone, behind=False).sought


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

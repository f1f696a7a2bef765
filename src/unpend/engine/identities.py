"""What can be done with identities: create, read, list, delete, begin anew, set. All doors come through here.

Synchronous: a call is one transaction of some tenths of a millisecond; call it in a thread where that matters.
"""

from __future__ import annotations

import builtins
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from random import random

from unpend.catalog import signing_zone_of
from unpend.engine.clock import Clock
from unpend.engine.secret import Secret
from unpend.engine.tokens import dkim_tokens, ownership_token
from unpend.lifecycle import ADDRESS_WINDOW, NEVER, WINDOW, moved, next_look, step
from unpend.model.errors import UnknownIdentityError
from unpend.model.identity import (
    MACHINES,
    Attributes,
    Event,
    Identity,
    IdentityKey,
    Kind,
    Machine,
    MailFrom,
    Signing,
    Standing,
    State,
    Transition,
)
from unpend.store.store import UNKNOWN, Change, Draft, Glimpse, Store

SETTLED = frozenset({State.SUCCESS, State.TEMPORARY_FAILURE})


@dataclass(frozen=True, slots=True)
class Issuing:
    """What tokens and CNAME targets are made of. `zone` is the signing zone, "" for SES's own table by region."""

    secret: Secret
    zone: str = ""

    def zone_of(self, region: str) -> str:
        """Where the CNAMEs of this region point to, absolute."""
        return self.zone or signing_zone_of(region)


class Identities:
    """The use cases. `key` names an identity everywhere: account, region, name."""

    def __init__(self, store: Store, clock: Clock, issuing: Issuing) -> None:
        self.store = store
        self.clock = clock
        self.issuing = issuing

    def create(
        self, key: IdentityKey, attributes: Attributes | None = None, *, ownership_txt: bool = False
    ) -> Identity:
        """Begin to verify a domain (all three machines that it has) or an address. IdentityExistsError if it exists.

        `attributes` may carry what its owner chose (origin, key length, tags, MAIL FROM …); tokens and zone are issued.
        `ownership_txt` issues the ownership TXT value as well.
        """
        now = self.clock.now()
        kind = Kind.ADDRESS if "@" in key.name else Kind.DOMAIN
        given = self._issued(key, kind, attributes or Attributes(), now)
        if ownership_txt:
            given = replace(given, txt_token=ownership_token(self.issuing.secret, key))
        standings = _first_standings(kind, given, now)
        due_at = next_look(standings, 0, now, random(), kind)
        return self.store.create(Draft(key, kind, given, standings, due_at), now)

    def get(self, key: IdentityKey) -> Identity:
        """The identity; UnknownIdentityError."""
        found = self.store.get(key)
        if found is None:
            raise UnknownIdentityError(UNKNOWN.fill(name=key.name))
        return found

    def find(self, key: IdentityKey) -> Identity | None:
        """The identity, None where there is none."""
        return self.store.get(key)

    def list(self, account: str, region: str, after: str = "", limit: int = 100) -> list[Identity]:
        """A page in the order of names, from after this name."""
        return self.store.page(account, region, after, limit)

    def glimpses(self, account: str, region: str, after: str = "", limit: int = 100) -> builtins.list[Glimpse]:
        """The same page, as a list shows it."""
        return self.store.glimpses(account, region, after, limit)

    def delete(self, key: IdentityKey) -> bool:
        """Delete it; False where there was none."""
        return self.store.delete(key, self.clock.now())

    def history(self, key: IdentityKey, limit: int = 200) -> builtins.list[Transition]:
        """Its steps, the newest first, each with what was seen when it was taken; at the bottom, its creation."""
        found = self.get(key)
        steps = self.store.history(found.id, limit)
        return [*steps, *creation_of(found, steps)] if len(steps) < limit else steps

    def begin(self, key: IdentityKey, *machines: Machine) -> Identity:
        """Begin FAILED and NOT_STARTED machines anew (ownership and DKIM unless told); others are left as they are.

        Where none moves, it is looked at once.
        """
        wanted = machines or (Machine.OWNERSHIP, Machine.DKIM)
        return self._change(key, lambda identity: identity.attributes, dict.fromkeys(wanted, Event.BEGIN))

    def look_now(self, key: IdentityKey) -> Identity:
        """Look at it at once. No state is touched."""
        return self._change(key, lambda identity: identity.attributes)

    def prove_by_txt(self, key: IdentityKey) -> Identity:
        """Issue the ownership TXT value (the same one each time), and begin ownership where it has ended."""
        token = ownership_token(self.issuing.secret, key)
        return self._change(
            key, lambda identity: replace(identity.attributes, txt_token=token), {Machine.OWNERSHIP: Event.BEGIN}
        )

    def set_signing(self, key: IdentityKey, signing: Signing) -> Identity:
        """Sign in another way: DKIM begins anew where the origin, the key or its length is another one, or it had ended.

        Where nothing differs, FAILED machines begin anew: the call by which an owner starts over.
        """

        def attributes(identity: Identity) -> Attributes:
            return replace(self._issued_signing(identity, signing), tags=identity.attributes.tags)

        def events(identity: Identity) -> dict[Machine, Event]:
            was = identity.attributes.signing
            told = (signing.origin, signing.selector, signing.public_key, signing.next_key_length)
            same = told == (was.origin, was.selector, was.public_key, was.next_key_length)
            dkim = Event.BEGIN if same and identity.dkim.state in {*SETTLED, State.FAILED} else Event.REPLACED
            return {Machine.DKIM: dkim, Machine.OWNERSHIP: Event.BEGIN}

        return self._change(key, attributes, events)

    def set_signing_enabled(self, key: IdentityKey, enabled: bool) -> Identity:
        """Turn signing on or off; no state depends on it."""
        return self._set(key, lambda a: replace(a, signing=replace(a.signing, enabled=enabled)))

    def set_mail_from(self, key: IdentityKey, mail_from: MailFrom) -> Identity:
        """Set or clear the MAIL FROM domain: another domain, or one that had failed, begins anew."""

        def events(identity: Identity) -> dict[Machine, Event]:
            if not mail_from.domain:
                return {Machine.MAIL_FROM: Event.WITHDRAWN}
            same = identity.attributes.mail_from.domain == mail_from.domain
            return {Machine.MAIL_FROM: Event.BEGIN if same else Event.REPLACED}

        return self._change(key, lambda identity: replace(identity.attributes, mail_from=mail_from), events)

    def set_forwarding(self, key: IdentityKey, enabled: bool) -> Identity:
        """Whether bounces and complaints are forwarded by mail."""
        return self._set(key, lambda a: replace(a, forwarding=enabled))

    def set_configuration_set(self, key: IdentityKey, name: str) -> Identity:
        """The default configuration set; "" for none."""
        return self._set(key, lambda a: replace(a, configuration_set=name))

    def set_tags(self, key: IdentityKey, tags: Mapping[str, str]) -> Identity:
        """All its tags."""
        return self._set(key, lambda a: replace(a, tags=dict(tags)))

    def set_policies(self, key: IdentityKey, policies: Mapping[str, str]) -> Identity:
        """All its policies, by name."""
        return self._set(key, lambda a: replace(a, policies=dict(policies)))

    def edit(self, key: IdentityKey, change: Callable[[Attributes], Attributes]) -> Identity:
        """Change what no look depends on (tags, policies …) in one transaction; `change` may raise to refuse."""
        return self._set(key, change)

    def _set(self, key: IdentityKey, change: Callable[[Attributes], Attributes]) -> Identity:
        def changed(identity: Identity) -> Change:
            return Change(change(identity.attributes), _standings(identity))

        return self.store.update(key, self.clock.now(), changed)

    def _change(
        self,
        key: IdentityKey,
        attributes: Callable[[Identity], Attributes],
        events: Mapping[Machine, Event] | Callable[[Identity], Mapping[Machine, Event]] | None = None,
    ) -> Identity:
        now = self.clock.now()

        def changed(identity: Identity) -> Change:
            told = events(identity) if callable(events) else events or {}
            standings = _standings(identity)
            steps = [moved(standings[machine], machine, event, now, ()) for machine, event in told.items()]
            standings |= {machine: step(standings[machine], event, now) for machine, event in told.items()}
            ended = next_look(standings, 0, now, random(), identity.kind) == NEVER
            due_at = NEVER if ended else now if identity.kind is Kind.DOMAIN else None
            return Change(attributes(identity), standings, tuple(each for each in steps if each), due_at)

        return self.store.update(key, now, changed)

    def _issued(self, key: IdentityKey, kind: Kind, given: Attributes, now: float) -> Attributes:
        if kind is Kind.ADDRESS:
            return replace(given, signing=replace(given.signing, zone=self.issuing.zone_of(key.region)))
        return replace(given, signing=self._signing(key, given.signing, now))

    def _signing(self, key: IdentityKey, given: Signing, now: float) -> Signing:
        if given.origin == "EXTERNAL":
            return replace(given, tokens=(given.selector,) if given.selector else (), key_generated_at=None)
        made = given.key_generated_at or now
        zone = self.issuing.zone_of(key.region)
        return replace(given, tokens=dkim_tokens(self.issuing.secret, key), zone=zone, key_generated_at=made)

    def _issued_signing(self, identity: Identity, signing: Signing) -> Attributes:
        kept = replace(signing, enabled=identity.attributes.signing.enabled)
        return replace(identity.attributes, signing=self._signing(identity.key, kept, self.clock.now()))


def creation_of(identity: Identity, steps: Sequence[Transition]) -> builtins.list[Transition]:
    """The first steps, which are not stored, since they follow from the others: what a machine's oldest step began from, or where
    it stands where it took none, is what creation began."""
    first = {machine: identity.standing(machine).state for machine in MACHINES}
    first |= {step.machine: step.before for step in steps}
    return [
        Transition(machine, State.NOT_STARTED, state, Event.BEGIN, identity.created_at)
        for machine, state in first.items()
        if state is not State.NOT_STARTED
    ]


def _standings(identity: Identity) -> dict[Machine, Standing]:
    return {machine: identity.standing(machine) for machine in Machine}


def _first_standings(kind: Kind, attributes: Attributes, now: float) -> dict[Machine, Standing]:
    """A domain's ownership and DKIM are PENDING from its creation, MAIL FROM where one is set."""
    window = ADDRESS_WINDOW if kind is Kind.ADDRESS else WINDOW
    pending = Standing(State.PENDING, now, now + window)
    idle = Standing(State.NOT_STARTED, now)
    return {
        Machine.OWNERSHIP: pending,
        Machine.DKIM: pending if kind is Kind.DOMAIN else idle,
        Machine.MAIL_FROM: pending if attributes.mail_from.domain else idle,
    }

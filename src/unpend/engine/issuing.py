"""The work behind issued names: key pairs are made, published, used, rotated and emptied.

Any number of workers may do it at once: each step is one write that only goes through where the key is still as it was
read, so that what two of them do is done once.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from itertools import groupby

from unpend.engine.clock import Clock
from unpend.engine.key_pairs import BITS, new_key
from unpend.engine.rotation import SLOTS, first_use, retired, turned, wants_next
from unpend.engine.secret import Secret
from unpend.engine.signing_zone import SigningZone
from unpend.model.errors import UnpendError
from unpend.model.identity import Identity
from unpend.model.signing_key import KeyState, SigningKey
from unpend.store.signing_keys import SigningKeys

PAUSE = 1.0
# A round makes some keys and no more, so that what is due is published in time while a hundred thousand are made.
MADE_AT_ONCE = 16
LOOKED_AT = 1000
PUBLISHED_AT_ONCE = 500


class IssuingWork:
    """Goes round for ever; what could not be published is tried again in the next round."""

    def __init__(self, keys: SigningKeys, clock: Clock, secret: Secret, zone: SigningZone) -> None:
        self._keys = keys
        self._clock = clock
        self._secret = secret
        self._zone = zone
        self._newest = 0
        self._sweeping = 0
        self._stopping = asyncio.Event()
        self.trouble: UnpendError | None = None

    def stop(self) -> None:
        """Begin no further round."""
        self._stopping.set()

    async def run(self) -> None:
        """Until stopped."""
        while not self._stopping.is_set():
            try:
                busy = await asyncio.to_thread(self.round)
                self.trouble = None
            except UnpendError as error:
                busy, self.trouble = False, error
            if not busy:
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._stopping.wait(), PAUSE)

    def round(self) -> bool:
        """One round; whether there is more to do at once."""
        made = self._make()
        self._give_up()
        self._publish()
        self._turn()
        return made >= MADE_AT_ONCE

    def _make(self) -> int:
        """Keys for the newest domains first, then for those of which one is old, a stretch of all domains at a time."""
        newest = self._keys.domains(self._newest, LOOKED_AT)
        made, seen = self._made_for(newest, MADE_AT_ONCE)
        self._newest = seen or self._newest
        stretch = self._keys.domains(self._sweeping, LOOKED_AT)
        more, seen = self._made_for(stretch, MADE_AT_ONCE - made)
        self._sweeping = seen if stretch else 0
        return made + more

    def _made_for(self, domains: Sequence[Identity], limit: int) -> tuple[int, int]:
        """(how many keys were made, the last domain that has all it needs)."""
        now, seen = self._clock.now(), 0
        made: list[SigningKey] = []
        held = self._keys.of(identity.key for identity in domains)
        for identity in domains:
            if len(made) >= limit:
                break
            key = self._wanted(identity, held[identity.key], now)
            made += [key] if key else []
            seen = identity.id
        self._keys.write(made)
        return len(made), seen

    def _wanted(self, identity: Identity, held: Sequence[SigningKey], now: float) -> SigningKey | None:
        """The key that this domain needs now, kept in the slot where an emptied one was."""
        signing = identity.attributes.signing
        if signing.origin != "AWS_SES" or signing.zone != self._zone.zone or len(signing.tokens) != SLOTS:
            return None
        bits = BITS.get(signing.next_key_length, BITS["RSA_2048_BIT"])
        slot = wants_next(held, now, bits)
        if slot is None:
            return None
        token = signing.tokens[slot]
        key = new_key(self._secret, identity.key, slot, token, signing.zone, bits, first_use(held, now))
        return next((replace(key, id=old.id, rev=old.rev) for old in held if old.slot == slot), key)

    def _give_up(self) -> None:
        """The keys of deleted identities sign no more."""
        now = self._clock.now()
        self._keys.write([retired(key, now) for key in self._keys.left_behind(PUBLISHED_AT_ONCE)])

    def _publish(self) -> None:
        waiting = [key for key in self._keys.unshown(PUBLISHED_AT_ONCE) if key.zone == self._zone.zone]
        if waiting:
            self._zone.publish(waiting)
            self._keys.write([replace(key, shown=True) for key in waiting])

    def _turn(self) -> None:
        """Published keys begin to sign, old ones are retired, and those that no mail needs any more are emptied."""
        now = self._clock.now()
        if self._clock.doubtful():  # an emptied key does not come back
            return
        due = [key for key in self._keys.due(now, PUBLISHED_AT_ONCE) if key.shown or key.state is not KeyState.NEXT]
        for owner, _ in groupby(sorted(due, key=lambda key: key.owner), key=lambda key: key.owner):
            self._keys.write(turned(self._keys.of([owner])[owner], now))

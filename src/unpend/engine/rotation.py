"""When a domain's signing keys change places. Pure: times are seconds of the engine's clock.

    (nothing) -> NEXT -> CURRENT -> RETIRED -> EMPTY -> NEXT …

One of three slots signs. The key that follows is published in the next slot well before it signs, so that no verifier
meets a signature whose key it cannot see, and the old one stays published while mail is still under way.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from unpend.model.signing_key import KeyState, SigningKey

DAY = 86_400.0
SLOTS = 3
# AWS does not say how often SES rotates. M3AAWG advises at least every six months (DKIM key rotation, 2019).
ROTATES_AFTER = 180 * DAY
# Longer than any TTL and negative TTL that the signing zone has, twice over.
PUBLISHED_BEFORE_USE = 2 * DAY
# Mail is retried for up to five days (RFC 5321 section 4.5.4.1), and read some days later.
SHOWN_AFTER_USE = 7 * DAY


def wants_next(keys: Sequence[SigningKey], now: float, bits: int) -> int | None:
    """The slot in which a new key is to be made now, None where none is.

    One is wanted where none signs or will, where the one that signs is old, and where another length is asked for.
    """
    states = {key.slot: key.state for key in keys}
    if KeyState.NEXT in states.values():
        return None
    current = next((key for key in keys if key.state is KeyState.CURRENT), None)
    if current is None:
        return next(slot for slot in range(SLOTS) if states.get(slot, KeyState.EMPTY) is KeyState.EMPTY)
    if now < current.since + ROTATES_AFTER and current.bits == bits:
        return None
    slot = (current.slot + 1) % SLOTS
    return slot if states.get(slot, KeyState.EMPTY) is KeyState.EMPTY else None


def first_use(keys: Sequence[SigningKey], now: float) -> float:
    """When a key made now begins to sign: at once where nothing signs yet."""
    signs = any(key.state is KeyState.CURRENT for key in keys)
    return now + PUBLISHED_BEFORE_USE if signs else now


def turned(keys: Sequence[SigningKey], now: float) -> list[SigningKey]:
    """The keys of one domain that go to another state now, as they are afterwards. Only what is shown begins to sign."""
    due = [key for key in keys if key.due_at is not None and key.due_at <= now]
    coming = [key for key in due if key.state is KeyState.NEXT and key.shown]
    changed = [replace(key, state=KeyState.CURRENT, since=now, due_at=None) for key in coming]
    if coming:
        leaving = [key for key in keys if key.state is KeyState.CURRENT]
        changed += [retired(key, now) for key in leaving]
    changed += [emptied(key, now) for key in due if key.state is KeyState.RETIRED]
    return changed


def retired(key: SigningKey, now: float) -> SigningKey:
    """It signs no more, and stays published for mail that is under way."""
    return replace(key, state=KeyState.RETIRED, since=now, due_at=now + SHOWN_AFTER_USE)


def emptied(key: SigningKey, now: float) -> SigningKey:
    """Its name stays, without a key, as SES leaves it; the private key is gone."""
    return replace(key, state=KeyState.EMPTY, since=now, due_at=None, public="", private=b"", shown=False)

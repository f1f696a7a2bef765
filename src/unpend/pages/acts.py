"""What the buttons do; each returns where to look next."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from unpend.api.engine import Engine
from unpend.api.gate import Caller
from unpend.api.wishes import mail_from, read_name
from unpend.model.identity import Attributes, Identity, IdentityKey
from unpend.pages.asked import link
from unpend.pages.listing import link_of

LONGEST_NAME = 300
Act = Callable[[Engine, Identity, Mapping[str, str]], str]


def add(engine: Engine, caller: Caller, region: str, typed: Mapping[str, str]) -> str:
    """Begin to verify a domain."""
    key = IdentityKey(caller.account, region, read_name(typed.get("name", "")[:LONGEST_NAME].strip()))
    sender = typed.get("mail_from", "")[:LONGEST_NAME].strip()
    attributes = Attributes(mail_from=mail_from(sender or None, key))
    return link_of(engine.identities.create(key, attributes), engine)


def check(engine: Engine, identity: Identity, _: Mapping[str, str]) -> str:
    """Look at it at once."""
    return link_of(engine.identities.look_now(identity.key), engine)


def restart(engine: Engine, identity: Identity, _: Mapping[str, str]) -> str:
    """Begin anew what has failed."""
    return link_of(engine.identities.begin(identity.key), engine)


def sender(engine: Engine, identity: Identity, typed: Mapping[str, str]) -> str:
    """Set the MAIL FROM domain, or clear it."""
    wanted = typed.get("mail_from", "")[:LONGEST_NAME].strip()
    return link_of(engine.identities.set_mail_from(identity.key, mail_from(wanted or None, identity.key)), engine)


def delete(engine: Engine, identity: Identity, _: Mapping[str, str]) -> str:
    """Stop verifying it."""
    engine.identities.delete(identity.key)
    region = identity.key.region
    return link("/", {"region": region if region != engine.region else None})


ACTS: Mapping[str, Act] = {"check": check, "restart": restart, "mail-from": sender, "delete": delete}


def inside(given: str) -> str:
    """A way on this server alone: who signs in is not sent elsewhere."""
    path = given.partition("?")[0]
    plain = given.isascii() and given.isprintable() and "\\" not in given
    return given if plain and (path == "/" or path.startswith("/domains/")) else "/"

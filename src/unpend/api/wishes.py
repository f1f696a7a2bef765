"""From what a caller sends to what the engine keeps; what cannot be used is refused with the reason."""

from __future__ import annotations

from collections.abc import Mapping

from unpend.api.problems import ProblemError
from unpend.api.shapes import DomainChange, KeyLength, NewDomain, OwnKey
from unpend.model.identity import Attributes, IdentityKey, MailFrom, Signing
from unpend.model.names import is_under
from unpend.model.text import Text
from unpend.sources import read_domain
from unpend.standards.dkim import problem_of, read, too_weak

NOT_BELOW = Text(
    en="The MAIL FROM domain {given} has to be a sub-domain of {domain}.",
    ja="MAIL FROM ドメイン {given} は、{domain} のサブドメインにしてください。",
)
NOT_A_KEY = Text(
    en="This public key cannot be used ({why}): give the base64 of a DER key of 1,024 to 2,048 bits.",
    ja="この公開鍵は使えません（{why}）。1,024〜2,048 ビットの鍵を DER の base64 で指定してください。",
)
BOTH_KEYS = Text(
    en="key_length is of the key that unpend issues; it cannot be given with own_key.",
    ja="key_length は unpend が発行する鍵の長さです。own_key と同時には指定できません。",
)
LONGEST_KEY = 128
LONGEST_TAG = 256
TAG_TOO_LONG = Text(
    en="A tag's key has 1 to 128 characters, its value at most 256.",
    ja="タグのキーは 1〜128 文字、値は 256 文字までです。",
)


def read_name(given: str) -> str:
    """A domain as the engine keeps it: A-labels, lower case, without the final dot; DomainError."""
    return read_domain(given).name.rstrip(".")


def new_attributes(wish: NewDomain, key: IdentityKey) -> Attributes:
    """What a new domain is made with."""
    refuse_tags(wish.tags)
    return Attributes(
        signing=_signing(wish.own_key, wish.key_length),
        mail_from=mail_from(wish.mail_from, key),
        tags=dict(wish.tags),
    )


def changed_signing(change: DomainChange, now: Signing) -> Signing | None:
    """How mail is to be signed from now on, None where that was not asked for."""
    if change.own_key and change.key_length:
        raise ProblemError(400, "bad-request", BOTH_KEYS)
    if change.own_key is None and change.key_length is None:
        return None
    return _signing(change.own_key, change.key_length or _length(now))


def mail_from(given: str | None, key: IdentityKey) -> MailFrom:
    """The envelope sender's domain; it has to be below the domain itself."""
    if given is None:
        return MailFrom()
    name = read_domain(given).name
    if not is_under(name, key.domain) or name == key.domain:
        raise ProblemError(400, "bad-request", NOT_BELOW.fill(given=name, domain=key.domain))
    return MailFrom(name)


def refuse_tags(tags: Mapping[str, str]) -> None:
    """Tags are bounded in length as in number."""
    if any(not 1 <= len(key) <= LONGEST_KEY or len(value) > LONGEST_TAG for key, value in tags.items()):
        raise ProblemError(400, "bad-request", TAG_TOO_LONG)


def _signing(own: OwnKey | None, length: KeyLength) -> Signing:
    if own is None:
        return Signing(key_length=length, next_key_length=length)
    key = read(f"p={own.public_key}")
    problem = problem_of(key)
    if problem is not None or too_weak(key):
        raise ProblemError(400, "bad-request", NOT_A_KEY.fill(why=str(problem or "too short")))
    return Signing(origin="EXTERNAL", selector=own.selector.lower(), public_key=own.public_key)


def _length(now: Signing) -> KeyLength:
    return "RSA_1024_BIT" if now.next_key_length == "RSA_1024_BIT" else "RSA_2048_BIT"

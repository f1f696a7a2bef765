"""DKIM key records (RFC 6376 section 3.6.1, RFC 8463): read from what was heard, nothing is looked up.

The content is that of `Record.text`: strings joined, octets that are not printable as `\\DDD`.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import permutations

LONGEST = 16_384
MOST_PIECES = 5
WEAKEST_BITS = 1024  # RFC 8301 section 3.2
SHORTEST_MATERIAL = 40
_FOLDING = re.compile(r"\\(?:009|010|013)|\s")
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]*")
_BASE64 = re.compile(r"[A-Za-z0-9+/]+={0,2}")
_ED25519_OCTETS = 32


class Problem(StrEnum):
    """Why a verifier cannot use a key record."""

    TOO_LONG = "too-long"
    NOT_TAGS = "not-tags"
    TWICE = "tag-twice"
    VERSION = "version"
    NO_KEY = "no-key"
    REVOKED = "revoked"
    KEY_TYPE = "key-type"
    BASE64 = "base64"
    ENCODING = "encoding"
    HASH = "hash"
    SERVICE = "service"


@dataclass(frozen=True, slots=True)
class KeyRecord:
    """The tags of a key record in their order; `problem` is what is wrong with the list itself."""

    tags: Mapping[str, str] = field(default_factory=dict)
    problem: Problem | None = None

    @property
    def material(self) -> str:
        """The base64 text of p= without folding white space; "" where there is none."""
        return self.tags.get("p", "")

    @property
    def type(self) -> str:
        """The key type, by default rsa."""
        return self.tags.get("k", "rsa").lower()

    @property
    def octets(self) -> bytes | None:
        """The key; None where p= is no base64."""
        return decoded(self.material)

    @property
    def revoked(self) -> bool:
        """Whether the record says that there is no key any more: p= is there and empty."""
        return self.problem is None and self.tags.get("p") == ""

    @property
    def is_shape(self) -> bool:
        """Whether words stand where the key belongs, as in instructions (`p=customerProvidedPublicKey`)."""
        return self.material != "" and not self.is_known

    @property
    def is_known(self) -> bool:
        """Whether a key is given, be it damaged."""
        return len(self.material) >= SHORTEST_MATERIAL and _BASE64.fullmatch(self.material) is not None


def read(content: str) -> KeyRecord:
    """The tag-list (RFC 6376 section 3.2): names in their case, folding white space taken out of values."""
    if len(content) > LONGEST:
        return KeyRecord(problem=Problem.TOO_LONG)
    tags: dict[str, str] = {}
    specs = [spec.strip() for spec in _FOLDING.sub(" ", content).split(";")]
    for spec in filter(None, specs):
        name, equals, value = (part.strip() for part in spec.partition("="))
        if not equals or _NAME.fullmatch(name) is None:
            return KeyRecord(tags, Problem.NOT_TAGS)
        if name in tags:
            return KeyRecord(tags, Problem.TWICE)
        tags[name] = value.replace(" ", "") if name == "p" else value
    wrong_version = "v" in tags and (tags["v"] != "DKIM1" or next(iter(tags)) != "v")
    return KeyRecord(tags, Problem.VERSION if wrong_version else None)


def problem_of(key: KeyRecord) -> Problem | None:
    """The first reason why mail signed with this key cannot be verified; None where the key can be used."""
    if key.problem is not None:
        return key.problem
    if "p" not in key.tags:
        return Problem.NO_KEY
    if key.revoked:
        return Problem.REVOKED
    if key.type not in {"rsa", "ed25519"}:
        return Problem.KEY_TYPE
    if key.octets is None:
        return Problem.BASE64
    return restriction(key) or (None if bits(key) else Problem.ENCODING)


def restriction(key: KeyRecord) -> Problem | None:
    """What keeps a key from being used for mail: without SHA-256 (RFC 8301 section 3.1), or for another service."""
    hashes, services = _listed(key, "h"), _listed(key, "s")
    if hashes and "sha256" not in hashes:
        return Problem.HASH
    return Problem.SERVICE if services and not services & {"*", "email"} else None


def _listed(key: KeyRecord, tag: str) -> set[str]:
    return {item.strip().lower() for item in key.tags.get(tag, "").split(":")} - {""}


def bits(key: KeyRecord) -> int:
    """The size of an RSA modulus, 256 for Ed25519 (RFC 8463 section 4.2); 0 where there is no such key."""
    octets = key.octets
    if octets is None:
        return 0
    if key.type == "ed25519":
        return 256 if len(octets) == _ED25519_OCTETS else 0
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
    from cryptography.hazmat.primitives.serialization import load_der_public_key

    try:
        public = load_der_public_key(octets)
    except (ValueError, UnsupportedAlgorithm):
        return 0
    return public.key_size if isinstance(public, RSAPublicKey) else 0


def too_weak(key: KeyRecord) -> bool:
    """Whether verifiers have to refuse the key for its size."""
    return key.type == "rsa" and 0 < bits(key) < WEAKEST_BITS


def same_key(one: str, other: str) -> bool:
    """Whether two records give the same key for mail: version, defaults, notes, flags and folding do not matter."""
    first, second = read(one), read(other)
    if first.problem or second.problem or first.type != second.type:
        return False
    if restriction(first) or restriction(second):
        return False
    return first.octets is not None and len(first.octets) > 0 and first.octets == second.octets


def decoded(material: str) -> bytes | None:
    """Base64 as RFC 4648 has it; None where it is not."""
    try:
        return base64.b64decode(material, validate=True)
    except (binascii.Error, ValueError):
        return None


def lacking(material: str) -> int:
    """How many octets of a key are missing by its own account: the length in front of its DER (X.690 section 8.1.3)."""
    octets = decoded(material.rstrip("=")[: len(material.rstrip("=")) // 4 * 4]) or b""
    if len(octets) < 4 or octets[0] != 0x30:
        return 0
    size = octets[1] & 0x7F if octets[1] & 0x80 else 0
    if size > 2:
        return 0
    said = int.from_bytes(octets[2 : 2 + size], "big") if size else octets[1]
    held = len(decoded(material) or octets)
    return max(0, 2 + size + said - held)


def whole(pieces: Sequence[str], between: str = "") -> str | None:
    """The one order in which these pieces make a key that can be used; None where no order does."""
    if not 2 <= len(pieces) <= MOST_PIECES or sum(map(len, pieces)) > LONGEST:
        return None
    orders = (between.join(order) for order in permutations(pieces))
    return next((content for content in orders if problem_of(read(content)) is None), None)

"""Making RSA key pairs for DKIM, and opening the sealed ones again."""

from __future__ import annotations

import base64

from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from unpend.engine.secret import Secret
from unpend.model.identity import IdentityKey
from unpend.model.signing_key import KeyState, SigningKey

BITS = {"RSA_1024_BIT": 1024, "RSA_2048_BIT": 2048}
_EXPONENT = 65_537


def made_pair(bits: int) -> tuple[str, bytes]:
    """(base64 of the public key's DER, DER of the private key in PKCS#1) of a new pair. Takes some 50 ms of a core."""
    private = rsa.generate_private_key(_EXPONENT, bits)
    public = private.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    sealed = private.private_bytes(Encoding.DER, PrivateFormat.TraditionalOpenSSL, NoEncryption())
    return base64.b64encode(public).decode(), sealed


def new_key(
    secret: Secret, owner: IdentityKey, slot: int, token: str, zone: str, bits: int, due_at: float
) -> SigningKey:
    """The next key of a slot, its private half sealed under the installation's secret."""
    public, private = made_pair(bits)
    sealed = secret.seal(private, about=_about(owner, slot))
    return SigningKey(owner, slot, zone, token, KeyState.NEXT, bits, public, sealed, due_at, due_at)


def private_key(secret: Secret, key: SigningKey) -> bytes:
    """The DER of the private key (PKCS#1); StoreError where it was sealed under another secret."""
    return secret.open(key.private, about=_about(key.owner, key.slot))


def _about(owner: IdentityKey, slot: int) -> str:
    return f"{owner.account}/{owner.region}/{owner.name}/{slot}"

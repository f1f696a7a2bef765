"""The owner's own DKIM key: read once to learn its public half, then forgotten.

unpend verifies and does not sign, so the private key is not kept anywhere: what is not there cannot be stolen (docs/decisions.md).
"""

from __future__ import annotations

import base64
import binascii
import re

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_der_private_key

from unpend.sesv2.errors import bad_request

LONGEST = 20480
SELECTOR = re.compile(r"[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?", re.ASCII)
BASE64 = re.compile(r"[a-zA-Z0-9+/]+={0,2}", re.ASCII)


def selector_of(given: str | None) -> str:
    """The selector, one label."""
    if not given or SELECTOR.fullmatch(given) is None:
        raise bad_request("Invalid DomainSigningSelector: 1 to 63 letters, digits and inner hyphens.")
    return given.lower()


def public_key_of(given: str | None) -> str:
    """The base64 public key of a private key in base64 (PKCS#1 or PKCS#8 DER, no header, no line breaks)."""
    if not given or len(given) > LONGEST or BASE64.fullmatch(given) is None:
        raise bad_request("Invalid DomainSigningPrivateKey: base64 without header, footer and line breaks.")
    try:
        key = load_der_private_key(base64.b64decode(given, validate=True), password=None)
    except (binascii.Error, ValueError, TypeError, UnsupportedAlgorithm):
        raise bad_request("Invalid DomainSigningPrivateKey: not an RSA private key in DER.") from None
    if not isinstance(key, RSAPrivateKey) or not 1024 <= key.key_size <= 2048:
        raise bad_request("Invalid DomainSigningPrivateKey: RSA of 1024 to 2048 bits is needed.")
    return base64.b64encode(key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)).decode()

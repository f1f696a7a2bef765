"""The installation's secret: what tokens cannot be guessed without, and what private keys are encrypted with."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import os
from dataclasses import dataclass
from functools import lru_cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from unpend.model.errors import StoreError, UsageError
from unpend.model.text import Text

SIZE = 32
NOT_A_SECRET = Text(
    en="The installation's secret is not 32 bytes in base64.",
    ja="インストールのシークレットが、32 バイトの base64 になっていません。",
)
MAKE_ONE = Text(en="Make one with: openssl rand -base64 32", ja="openssl rand -base64 32 で作成できます。")
WRONG_SECRET = Text(
    en="What is encrypted in the database was encrypted with another secret.",
    ja="データベース内の暗号化データは、別のシークレットで暗号化されています。",
)
GIVE_THE_OLD_ONE = Text(
    en="Start unpend with the UNPEND_SECRET that the database was made with.",
    ja="データベースを作成したときの UNPEND_SECRET を指定して起動してください。",
)


@dataclass(frozen=True, slots=True, repr=False)
class Secret:
    """32 bytes that are never shown, logged or compared in plain."""

    key: bytes

    def mark(self, *parts: str) -> bytes:
        """32 bytes that only this installation can compute, the same each time."""
        message = b"".join(len(part).to_bytes(4, "big") + part for part in map(str.encode, parts))
        return hmac.digest(_derived(self.key, "tokens"), message, hashlib.sha256)

    def seal(self, plain: bytes, about: str) -> bytes:
        """Encrypted at rest (AES-256-GCM), bound to what it is about."""
        nonce = os.urandom(12)
        return nonce + AESGCM(_derived(self.key, "at rest")).encrypt(nonce, plain, about.encode())

    def open(self, sealed: bytes, about: str) -> bytes:
        """What was sealed; StoreError where the secret is another one."""
        try:
            return AESGCM(_derived(self.key, "at rest")).decrypt(sealed[:12], sealed[12:], about.encode())
        except InvalidTag:
            raise StoreError(WRONG_SECRET, GIVE_THE_OLD_ONE) from None


def read_secret(text: str) -> Secret:
    """A secret from its base64."""
    try:
        key = base64.b64decode(text.strip(), validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if len(key) != SIZE:
        raise UsageError(NOT_A_SECRET, MAKE_ONE)
    return Secret(key)


@lru_cache(maxsize=16)
def _derived(key: bytes, use: str) -> bytes:
    return hmac.digest(key, b"unpend " + use.encode(), hashlib.sha256)


def new_secret() -> str:
    """A fresh one, in base64."""
    return base64.b64encode(os.urandom(SIZE)).decode()

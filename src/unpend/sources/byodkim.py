"""Bring your own key (BYODKIM): what is given to `create-email-identity` or `put-email-identity-dkim-signing-attributes`.

SES never gives the public key back, but the private key that it was given tells it. The private key is read here and goes
no further: no value, note or error holds any part of it.
"""

from __future__ import annotations

import base64
import binascii
from typing import Any

from unpend.model.errors import ExpectationError
from unpend.model.expected import Expected, ExpectedRecord, Purpose
from unpend.model.text import Text
from unpend.sources.asked import Asked
from unpend.sources.naming import is_name
from unpend.sources.shapes import mapping, word

# What the SES console shows in the place of the key.
OWN_KEY = "p=customerProvidedPublicKey"
LONGEST = 8192
NO_SELECTOR = Text(
    en="The signing attributes name no selector that DNS can hold.",
    ja="署名属性のセレクターが DNS の名前として使えません。",
)
UNUSABLE = Text(
    en="The private key in the signing attributes is no RSA key in PEM or base64 without a passphrase.",
    ja="署名属性の秘密鍵が、パスフレーズのない PEM または base64 の RSA 鍵ではありません。",
)
GIVE_IT = Text(
    en="Take the key file that SES was given, or leave DomainSigningPrivateKey out: then the shape of the record is checked.",
    ja="SES に渡した鍵ファイルを使うか、DomainSigningPrivateKey を除いてください。その場合はレコードの形だけを確認します。",
)
DERIVED = Text(
    en="The public key was computed from the private key in the file; the private key is kept nowhere.",
    ja="公開鍵はファイル内の秘密鍵から計算しました。秘密鍵はどこにも保存しません。",
)


def signing_key(data: dict[str, Any]) -> dict[str, Any]:
    """The attributes of a key of one's own, under the names that the two commands have for them."""
    held = mapping(data.get("DkimSigningAttributes")) or mapping(data.get("SigningAttributes"))
    return held if word(held.get("DomainSigningSelector")) else {}


def own_key_expected(held: dict[str, Any], asked: Asked, source: str) -> Expected:
    """The one record of such a key: whole where the private key is there, else its shape."""
    name = f"{word(held['DomainSigningSelector']).lower()}._domainkey.{asked.domain}"
    if not is_name(name):
        raise ExpectationError(NO_SELECTOR)
    private = word(held.get("DomainSigningPrivateKey"))
    value = f"p={_public(private)}" if private else OWN_KEY
    record = ExpectedRecord(Purpose.DKIM, name, "TXT", (value,), known=bool(private))
    return Expected(asked.domain, (record,), "ses", asked.region, source=source, notes=(DERIVED,) if private else ())


def _public(private: str) -> str:
    """The public key in base64, as SES looks for it."""
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
    from cryptography.hazmat.primitives.serialization import (
        Encoding,
        PublicFormat,
        load_der_private_key,
        load_pem_private_key,
    )

    text = private[:LONGEST].encode("ascii", "replace")
    try:
        pem = b"-----BEGIN" in text
        key = load_pem_private_key(text, None) if pem else load_der_private_key(base64.b64decode(text), None)
    except (ValueError, TypeError, binascii.Error, UnsupportedAlgorithm):
        raise ExpectationError(UNUSABLE, GIVE_IT) from None
    if not isinstance(key, RSAPrivateKey):
        raise ExpectationError(UNUSABLE, GIVE_IT)
    der = key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return base64.b64encode(der).decode()

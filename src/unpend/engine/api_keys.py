"""Keys of the REST door: made once, shown once, checked by their digest."""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
from collections.abc import Iterable

from unpend.model.errors import UsageError
from unpend.model.text import Text
from unpend.store.api_keys import ApiKey, ApiKeys

SCOPES = ("read", "write", "admin")
BAD_SCOPE = Text(en="{given} is no scope: {names}.", ja="{given} というスコープはありません: {names}")
BAD_ACCOUNT = Text(
    en="An account is 1 to 64 letters, digits, - and _.",
    ja="アカウントは 1〜64 文字の英数字、-、_ で指定してください。",
)
_LETTERS = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_")


def read_account(given: str) -> str:
    """An account's name; UsageError."""
    if not 1 <= len(given) <= 64 or not set(given) <= _LETTERS:
        raise UsageError(BAD_ACCOUNT)
    return given


def make_key(keys: ApiKeys, account: str, scopes: Iterable[str], note: str, now: float) -> tuple[str, ApiKey]:
    """(the key as its owner sends it, the key as it is kept). `admin` includes all, `write` includes `read`."""
    wanted = tuple(dict.fromkeys(scopes))
    for scope in wanted:
        if scope not in SCOPES:
            raise UsageError(BAD_SCOPE.fill(given=scope[:40], names=SCOPES))
    prefix = base64.b32encode(os.urandom(5)).decode().lower()
    secret = base64.urlsafe_b64encode(os.urandom(32)).decode().rstrip("=")
    made = ApiKey(prefix, _digest(secret), read_account(account), wanted, note[:200], now)
    keys.add(made)
    return f"unpend_{prefix}_{secret}", made


def known_key(keys: ApiKeys, given: str) -> ApiKey | None:
    """The key that this is, None where it is none or was revoked."""
    parts = given.split("_", 2)
    if len(parts) != 3 or parts[0] != "unpend" or len(given) > 200:
        return None
    found = keys.by_prefix(parts[1])
    return found if found and hmac.compare_digest(found.digest, _digest(parts[2])) else None


def allows(scopes: Iterable[str], wanted: str) -> bool:
    """Whether these scopes include the wanted one."""
    return any(SCOPES.index(scope) >= SCOPES.index(wanted) for scope in scopes)


def _digest(secret: str) -> bytes:
    return hashlib.sha256(secret.encode()).digest()

"""What is issued: three DKIM tokens and the ownership TXT value of an identity.

They depend on the account, the region and the domain alone, and on the installation's secret: deleted and created
again, a domain has the same ones (as SES does it), and nobody can guess them.
"""

from __future__ import annotations

import base64

from unpend.engine.secret import Secret
from unpend.model.identity import IdentityKey

TOKENS = 3
LENGTH = 32


def dkim_tokens(secret: Secret, key: IdentityKey) -> tuple[str, ...]:
    """Three tokens of 32 characters of lower-case base32 (RFC 4648 section 6)."""
    marks = (secret.mark("dkim", key.account, key.region, key.domain, str(n))[:20] for n in range(TOKENS))
    told = base64.b32encode(b"".join(marks)).decode().lower()  # at once: 20 bytes are 32 characters without a rest
    return tuple(told[n * LENGTH : (n + 1) * LENGTH] for n in range(TOKENS))


def ownership_token(secret: Secret, key: IdentityKey) -> str:
    """The TXT value that proves ownership: 44 characters of base64."""
    return base64.b64encode(secret.mark("ownership", key.account, key.region, key.domain)).decode()

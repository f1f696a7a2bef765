"""What a scenario's text may leave to be filled in: the tokens, the signing zone, the wanted records, a key."""

from __future__ import annotations

from unpend.catalog import signing_zone_of
from unpend.lab.scenario import Scenario

TOKENS = ("labaalwaxdq2ohdnz5cxaujbvkxvvhc4", "labbp3v2tmv5ejgkmtzvbxrq5ob2sg7a", "labcyb6kq4u7fznxc2mtw3hrdoasj4py")
# Public keys whose private halves were thrown away.
KEY = (
    "p=MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEA0cNEodSg8JC+3SonC4UX9GzcHvstuYHHxYV+Tg8k+kMDOsulFuFUEj8IbjFls+"
    "OApWsSSbEB+QljvqqYSpSaPQzKCqpkM8Xms3VPs0hAkezJ2jSEr06sMYujUD5GrHYBBEpGg/5a0hq56VP5naOovNx21Sd2G2+8tGLLs0/sRh"
    "mPBHYgbLmxnTvJPLt2gPLhbNVVLkmdg9ghScX82EROAvOgs/KZ62GKHR3yEZsMeYPMtp3iI0+S0AoysxFQpDotOLpyBh5jngIJ2y+5ViAHk1"
    "w/Pjw2zbVLMdfECIGcBWYqyKuaeHjjBscrrrQ8ZrL6wOCd1Y5lFtkU3nhuz/xubwIDAQAB"
)
OTHER_KEY = (
    "p=MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEA7izpWT+Wo+o5eetRq6ZDs+8UYXzWQS1Z4/QJ1ukVWAacRNJ2S3B9YiEaX73mlJ"
    "ZvsAFISzOxSyh5aOsmH0go+/1QABz/hlqf0WzMBybwb1W+sUKjB5VUpIPkNEA1O2YOQycDbBNbq9zpf2Y1kpPCvVWRDiWG9aI0S9+6uBsx6N"
    "G5gCDaKvz8xl2/9vsZ3gWa8pVxg6RPcjC2yD+Ri32Fpyf/j1rezZ/Ga1lmjmL+cvjDtQ+pDZalx8m71/8wtKVjRmzzX4YPhSQ/CfhTapOhLx"
    "DI6Qu/xm6iaAA1w9RqVd6niNlpuNy+/B6TsZdW8UNnQ96JfJxg0pl906Rg1WOpCQIDAQAB"
)
# Where a panel that keeps 255 characters cuts a record that begins with "v=DKIM1; k=rsa; ".
CUT = 239


def signing_zone(scenario: Scenario) -> str:
    """The zone that the provider's targets are in, absolute."""
    if scenario.signing_zone:
        return scenario.signing_zone.rstrip(".") + "."
    return signing_zone_of(scenario.region)


def fill(text: str, scenario: Scenario) -> str:
    """Scenario text with the words in angle brackets filled in (`unpend explain scenarios` lists them)."""
    zone = signing_zone(scenario)
    wanted = "\n".join(f"{t}._domainkey.{scenario.domain}. CNAME {t}.{zone}" for t in TOKENS)
    text = text.replace("<wanted>", wanted).replace("<zone>", zone).replace("<key>", KEY)
    text = text.replace("<key-start>", KEY[:CUT]).replace("<key-end>", KEY[CUT:]).replace("<other-key>", OTHER_KEY)
    for i, token in enumerate(TOKENS, 1):
        text = text.replace(f"<tok{i}>", token)
    return text

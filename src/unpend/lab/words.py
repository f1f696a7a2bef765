"""What a scenario's text may leave to be filled in: the tokens, the signing zone, the wanted records, a key."""

from __future__ import annotations

from unpend.catalog import signing_zone_of
from unpend.lab.scenario import Scenario

TOKENS = ("labaalwaxdq2ohdnz5cxaujbvkxvvhc4", "labbp3v2tmv5ejgkmtzvbxrq5ob2sg7a", "labcyb6kq4u7fznxc2mtw3hrdoasj4py")
KEY = (
    "p=MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAv1m0n5tU2bXJ8o4QkE7lHcLw3V9uYd6PzR2sKfTgNqWxMhCjBaOeIrVyDp"
    "S7vZtQ0nGkXuLfHwJcRmYoEiAbTdPs4lNqUxVgWzKyMrSjDhFcBeOaItPwQvLnXkGuHfJmZdYcEiRoTbApSsWlUqNgVxKzMyDrHjFhBcOeIaPt"
    "QwLvXnGkHuJfZmYdEcRiToAbSpWsUlNqVgKxMzDyHrFjBhOcIePaQtLwXvGnHkJuZfYmEdRcTiAoSbWpUsNlVqKgMxDzHyFrBjOhIcPeQaLtXwIDAQAB"
)


def signing_zone(scenario: Scenario) -> str:
    """The zone that the provider's targets are in, absolute."""
    if scenario.signing_zone:
        return scenario.signing_zone.rstrip(".") + "."
    return signing_zone_of(scenario.region)


def fill(text: str, scenario: Scenario) -> str:
    """Scenario text with <tok1>…<tok3>, <zone> (the signing zone), <key> and <wanted> filled in."""
    zone = signing_zone(scenario)
    wanted = "\n".join(f"{t}._domainkey.{scenario.domain}. CNAME {t}.{zone}" for t in TOKENS)
    text = text.replace("<wanted>", wanted).replace("<zone>", zone).replace("<key>", KEY)
    for i, token in enumerate(TOKENS, 1):
        text = text.replace(f"<tok{i}>", token)
    return text

from __future__ import annotations

from typing import Any

import pytest

from unpend.model.errors import ExpectationError
from unpend.model.text import Text
from unpend.sources import from_tokens, ses_tokens, signing_zones

from . import samples
from .samples import TOKENS

A, B, C = TOKENS


@pytest.mark.parametrize(
    ("options", "zone", "note"),
    [
        ({}, "dkim.amazonses.com.", signing_zones.ASSUMED),
        ({"region": "us-west-2"}, "dkim.amazonses.com.", signing_zones.FROM_REGION),
        ({"region": "AP-NORTHEAST-3"}, "dkim.ap-northeast-3.amazonses.com.", signing_zones.FROM_REGION),
        ({"signing_zone": "Dkim.Example.NET"}, "dkim.example.net.", signing_zones.STATED),
        ({"signing_zone": "dkim.amazonses.com", "region": "eu-south-1"}, "dkim.amazonses.com.", signing_zones.UNUSUAL),
    ],
)
def test_the_target_zone(options: dict[str, Any], zone: str, note: Text) -> None:
    expected = from_tokens("example.com", TOKENS, **options)
    assert tuple(r.name for r in expected.records) == samples.names()
    assert tuple(r.values[0] for r in expected.records) == samples.targets(zone)
    assert expected.signing_zone == zone
    assert note.en in {n.en for n in expected.notes}
    assert all(n.of("ja") for n in expected.notes)


@pytest.mark.parametrize(
    "pasted",
    [
        A,
        A.upper(),
        f" “{A}” ",
        f"_{A}",
        f"{A}.",
        f"{A}._domainkey",
        f"{A}._domainkey.example.com",
        f"{A}._domainkey.example.com.",
        f"{A}_domainkey.example.com",
        f"{A}._domainkey.example.com.example.com",
        f"{A}.dkim.amazonses.com",
        f"{A}.dkim.amazonses.com.",
    ],
)
def test_pasted_forms(pasted: str) -> None:
    expected = from_tokens("example.com.", [pasted, B, C])
    assert tuple(r.name for r in expected.records) == samples.names()


def test_a_pasted_target_brings_its_zone() -> None:
    expected = from_tokens("example.com.", [f"{t}.dkim.eu-south-1.amazonses.com" for t in TOKENS])
    assert expected.signing_zone == "dkim.eu-south-1.amazonses.com."


@pytest.mark.parametrize("length", [41, 42])
def test_old_tokens_are_accepted_with_a_note(length: int) -> None:
    expected = from_tokens("example.com.", [c * length for c in "vwx"])
    assert sum(n.en == ses_tokens.OLD_SHAPE.en for n in expected.notes) == 3


@pytest.mark.parametrize(
    ("tokens", "options", "why"),
    [
        ([], {}, ses_tokens.NOT_THREE),
        ([A, B], {}, ses_tokens.NOT_THREE),
        ([A, B, C, "d" * 32], {}, ses_tokens.NOT_THREE),
        ([A, B, A], {}, ses_tokens.TWICE),
        ([A, B, f"{A}._domainkey.example.com"], {}, ses_tokens.TWICE),
        ([A, B, ""], {}, ses_tokens.WRONG_SHAPE),
        ([A, B, "c" * 31], {}, ses_tokens.WRONG_SHAPE),
        ([A, B, "c" * 33], {}, ses_tokens.WRONG_SHAPE),
        ([A, B, "1" * 32], {}, ses_tokens.WRONG_SHAPE),
        ([A, B, "c" * 31 + "あ"], {}, ses_tokens.WRONG_SHAPE),
        ([A, B, "c" * 20 + " " + "c" * 11], {}, ses_tokens.WRONG_SHAPE),
        ([A, B, f"{C}._domainkey.other.com"], {}, ses_tokens.OTHER_DOMAIN),
        (TOKENS, {"region": "eu-west-9"}, signing_zones.UNKNOWN_REGION),
        (TOKENS, {"region": "tokyo"}, signing_zones.UNKNOWN_REGION),
        (TOKENS, {"region": ""}, signing_zones.UNKNOWN_REGION),
        (TOKENS, {"signing_zone": "com"}, signing_zones.BAD_ZONE),
        (TOKENS, {"signing_zone": "a b.com"}, signing_zones.BAD_ZONE),
    ],
)
def test_refused(tokens: list[str], options: dict[str, Any], why: Text) -> None:
    with pytest.raises(ExpectationError) as caught:
        from_tokens("example.com.", tokens, **options)
    assert caught.value.message.en == why.en
    assert caught.value.hint is not None
    assert caught.value.hint.of("ja")
    assert caught.value.message.of("ja")


def test_a_near_region_is_proposed() -> None:
    with pytest.raises(ExpectationError) as caught:
        from_tokens("example.com.", TOKENS, region="eu-west-9")
    assert caught.value.hint is not None
    assert "eu-west-1" in caught.value.hint.of("ja")

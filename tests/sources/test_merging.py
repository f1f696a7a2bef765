from __future__ import annotations

import pytest

from unpend.model.errors import ExpectationError
from unpend.model.expected import Purpose
from unpend.model.text import Lang
from unpend.sources import from_tokens, merge, merging, read_expected

from .samples import TOKENS, as_json, console_csv, sesv2, v1_dkim

LANGUAGES: tuple[Lang, ...] = ("en", "ja")
TOKEN = "QTKknzFg2J4ygwa+XvHAxUl1hyHoY0gVfZdfjIedHZ0="


def test_the_same_twice_is_once() -> None:
    both = merge(read_expected(as_json(sesv2()), "example.com."), read_expected(console_csv(), "example.com."))
    assert len(both.records) == 3
    assert both.source == "sesv2-json+ses-console-csv"
    assert both.view is not None


def test_views_complete_each_other_and_the_legacy_record_is_not_needed() -> None:
    held = {"VerificationAttributes": {"example.com": {"VerificationStatus": "Pending", "VerificationToken": TOKEN}}}
    both = merge(read_expected(as_json(held), "example.com."), read_expected(as_json(v1_dkim()), "example.com."))
    assert both.view is not None
    assert (both.view.verification_status, both.view.dkim_status) == ("PENDING", "TEMPORARY_FAILURE")
    assert {r.purpose for r in both.required} == {Purpose.DKIM}
    assert len(both.records) == 4


def test_a_contradiction_names_both() -> None:
    a = from_tokens("example.com.", TOKENS, signing_zone="dkim.amazonses.com")
    b = from_tokens("example.com.", TOKENS, signing_zone="dkim.eu-south-1.amazonses.com")
    with pytest.raises(ExpectationError) as caught:
        merge(a, b)
    assert caught.value.message.en == merging.CONFLICT.en
    for language in LANGUAGES:
        text = caught.value.message.of(language)
        assert "dkim.amazonses.com" in text
        assert "dkim.eu-south-1.amazonses.com" in text


def test_two_domains_do_not_merge() -> None:
    with pytest.raises(ExpectationError):
        merge(from_tokens("example.com.", TOKENS), from_tokens("example.org.", TOKENS))

"""The templates of mail providers: whole, in both languages, and of a piece with what recognises their records."""

from __future__ import annotations

import re
from itertools import product

import pytest

from unpend.catalog import Template, all_templates, provider_by_id, provider_of_target, template_named
from unpend.model.errors import ExpectationError
from unpend.model.expected import Purpose
from unpend.model.shapes import is_shape, name_fits, text_fits
from unpend.sources import from_template

DOMAIN = "mail.example.co.jp"
KEY = "MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQC" * 4
# Recognised by nothing that is theirs alone: no fact tells their records apart from their neighbours'.
NOT_RECOGNISED = {"customer-io", "loops", "yandex-postbox"}
PARTS = {"zone": "dkim1", "number": "12", "six characters": "abc123", "part": "n", "prefix": "cc"}


def settings(template: Template) -> dict[str, str]:
    return {each.name: KEY if each.name == "key" else each.example for each in template.parameters}


@pytest.mark.parametrize("template", all_templates(), ids=lambda t: t.id)
def test_every_template_is_whole(template: Template) -> None:
    places = {
        place for r in template.records for text in (r.name, *r.values) for place in re.findall(r"\{(\w+)\}", text)
    }
    assert places - {"domain", "dashes"} == {each.name for each in template.parameters}
    assert all(each.accepts(settings(template)[each.name]) for each in template.parameters)
    assert {r.purpose for r in template.records} <= {p.value for p in Purpose}
    assert any(r.required for r in template.records)
    assert provider_by_id(template.provider) or template.id in NOT_RECOGNISED
    expected = from_template(DOMAIN, template.id, settings(template))
    assert len(expected.records) == len(template.records)
    for text in (template.name, template.where, *template.pitfalls, *(p.what for p in template.parameters)):
        assert min(text.en, text.ja)
    for pitfall in template.pitfalls:
        assert pitfall.en != pitfall.ja


def test_a_target_is_recognised_as_its_own_provider() -> None:
    """What a template makes people point to is what tells others whose record stands there."""
    for template in all_templates():
        if template.provider in NOT_RECOGNISED:
            continue
        for record in from_template(DOMAIN, template.id, settings(template)).records:
            for value in record.values if record.type == "CNAME" else ():
                example = re.sub(r"<([^<>]*)>", lambda part: PARTS.get(part[1], "a12"), value)
                owner = provider_of_target(example)
                assert owner is not None, (template.id, value)
                assert owner.id == template.provider, (template.id, value, owner.id)


def test_there_are_as_many_as_promised() -> None:
    assert len(all_templates()) >= 50
    ids = [each.id for each in all_templates()]
    assert {"ses", "sendgrid", "mailgun", "postmark", "resend", "google", "microsoft365"} <= set(ids)


def test_the_facts_that_nobody_confirmed_carry_their_mark() -> None:
    doubted = {each.id for each in all_templates() if not all(r.verified for r in each.records)}
    unconfirmed = {"loops", "elastic-email", "mandrill", "zoho", "mailerlite", "klaviyo", "intercom", "mailgun-cname"}
    assert unconfirmed <= doubted
    assert "ses" not in doubted


@pytest.mark.parametrize("written", ["SendGrid", "twilio sendgrid", "Send-Grid"])
def test_names_as_people_write_them(written: str) -> None:
    found = template_named(written)
    assert found is not None
    assert found.id == "sendgrid"


@pytest.mark.parametrize(
    ("provider", "given", "said"),
    [
        ("sendgird", [], "sendgrid"),
        ("../../etc/passwd", [], "explain providers"),
        ("postmark", [], "--set selector="),
        ("sendgrid", ["host=em1", "hots=2"], "host, user, server"),
        ("sendgrid", ["host=em 1"], "em1234"),
        ("sendgrid", ["host"], "KEY=VALUE"),
        ("google", ["key=short"], "public key"),
        ("fastmail", ["key=short"], "takes none"),
    ],
)
def test_what_cannot_be_used_is_said_with_what_can(provider: str, given: list[str], said: str) -> None:
    with pytest.raises(ExpectationError) as caught:
        from_template("example.com", provider, given)
    told = caught.value
    for lang in ("en", "ja"):
        assert told.message.of(lang)
    assert said in told.message.of("en") + (told.hint.of("en") if told.hint else "")


@pytest.mark.parametrize(
    "written", [KEY, f"k=rsa; p={KEY}", f'"v=DKIM1; k=rsa; " "p={KEY}"', f"p={KEY[:40]} {KEY[40:]};"]
)
def test_a_key_is_taken_however_it_was_copied(written: str) -> None:
    record = from_template("example.com", "mailjet", [f"key={written}"]).records[0]
    assert record.values == (f"k=rsa; p={KEY}",)
    assert record.known


SHAPES = [
    ("u<user>.wl<n>.sendgrid.net.", "U1.wl045.sendgrid.net.", True),
    ("u<user>.wl<n>.sendgrid.net.", "u1.wl.sendgrid.net.", False),
    ("u<user>.wl<n>.sendgrid.net.", "u1.x.wl1.sendgrid.net.", False),
    ("u<user>.wl<n>.sendgrid.net.", "u1.wl1.sendgrid.net.example.com.", False),
    ("<a><b>.x.", "ab.x.", True),
    ("<a><b>.x.", "a.x.", False),
    ("a<x>b<y>a.", "abba.", False),
    ("a<x>b<y>a.", "axbya.", True),
]


@pytest.mark.parametrize(("shape", "value", "fits"), SHAPES)
def test_shapes(shape: str, value: str, *, fits: bool) -> None:
    assert name_fits(shape, value) is fits
    assert text_fits(shape.lower(), value.lower()) or not fits


def test_a_hostile_shape_takes_no_time() -> None:
    assert not text_fits("<a>x" * 2000 + "y", "x" * 4000)


def test_shapes_agree_with_a_plain_reading() -> None:
    """Every short shape over two letters, against a regular expression made of it."""
    for parts in product(["a", "b", "<u>"], repeat=4):
        shape = "".join(parts)
        pattern = re.compile("".join(".+" if p == "<u>" else p for p in parts))
        for letters in (letters for size in range(1, 7) for letters in product("ab", repeat=size)):
            value = "".join(letters)
            assert text_fits(shape, value) is (pattern.fullmatch(value) is not None), (shape, value)
    assert is_shape("<u>")

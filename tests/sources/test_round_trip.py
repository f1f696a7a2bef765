"""What unpend prints, unpend reads: every form of a plan, the report, the plan file, `records`; and what it reads is right."""

from __future__ import annotations

import contextlib
import json
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from lab_cases import look

from unpend.engine.check import check
from unpend.lab import Lab, load_scenario
from unpend.model.errors import UnpendError
from unpend.model.expected import Expected
from unpend.model.names import relative
from unpend.model.plan import Change, Op, Plan
from unpend.model.text import Lang
from unpend.report.as_json import plan_dict
from unpend.report.as_message import as_message
from unpend.report.as_records import records_dict, whole_sets
from unpend.report.as_text import steps_text
from unpend.report.plan_as import forms, plan_as
from unpend.report.planfile import dump
from unpend.sources import from_template, merge, read_expected

from . import test_providers
from .samples import as_json, console_csv, sesv2, v1_dkim, zone_file

DOMAIN = "example.com."
HOSTS = {"terraform": ("route53", "cloudflare", "google", "azure")}
FORMS = [(form, host) for form in forms() for host in HOSTS.get(form, ("",))]
LANGS: tuple[Lang, ...] = ("en", "ja")
Sets = set[tuple[str, str, tuple[str, ...]]]


def sets(expected: Expected) -> Sets:
    return {(r.name, r.type, tuple(sorted(r.values))) for r in expected.records}


def sources() -> Iterator[tuple[str, Expected]]:
    """One demand of every reader, as its own tool prints it."""
    mail_from = {"MailFromDomain": "bounce.example.com", "MailFromDomainStatus": "PENDING"}
    yield "sesv2", read_expected(as_json(sesv2(MailFromAttributes=mail_from)), DOMAIN, region="eu-west-1")
    yield "sesv1", read_expected(as_json(v1_dkim()), DOMAIN, region="us-east-1")
    yield "csv", read_expected(console_csv(), DOMAIN)
    yield "zone", read_expected(zone_file(), DOMAIN)
    for held, domain, source, _ in test_providers.OBJECTS:
        yield source, read_expected(json.dumps(held), domain)
    yield "template", from_template(DOMAIN, "sendgrid", {"host": "em1", "user": "42", "server": "045"})


SOURCES = dict(sources())


def plan_of(expected: Expected, zone: str) -> Plan:
    """The creation of everything that is wanted, each set once."""
    found: dict[tuple[str, str], tuple[str, ...]] = {}
    for r in expected.records:
        found[r.name, r.type] = (*found.get((r.name, r.type), ()), *r.values)
    return Plan(
        changes=tuple(
            Change(Op.CREATE, zone, name, relative(name, zone), type_, 300, values, (), ("test",))
            for (name, type_), values in found.items()
        )
    )


@pytest.mark.parametrize(("form", "host"), FORMS)
@pytest.mark.parametrize("source", SOURCES)
def test_every_form_of_every_source_is_read_as_it_was_meant(source: str, form: str, host: str) -> None:
    expected = SOURCES[source]
    text = plan_as(form, plan_of(expected, "example.com."), host)
    told = read_expected(text, expected.domain)
    assert sets(told) == sets(expected), text
    assert told.source


HARD = """
code = "record-missing"
title = { en = "t", ja = "t" }
story = { en = "s", ja = "s" }
[[zone]]
name = "example.com"
records = '''
@ MX 10 mail.example.com.
@ TXT "v=spf1 include:_spf.google.com ~all"
'''
[expect]
records = [
  { name = "s1._domainkey.example.com", type = "CNAME", values = ["s1.domainkey.u1.wl2.sendgrid.net."] },
  { name = "k1._domainkey.example.com", type = "TXT", values = ["v=DKIM1; k=rsa; p=KEY"] },
  { name = "bounce.example.com", type = "MX", purpose = "mail-from", values = ["10 feedback-smtp.us-east-1.amazonses.com."] },
  { name = "bounce.example.com", type = "TXT", purpose = "mail-from", values = ["v=spf1 include:amazonses.com ~all"] },
  { name = "own.example.com", type = "TXT", purpose = "ownership", values = ["it's ${a} \\\\\\"quoted\\\\\\"; // -- x=y"] },
]
"""
KEY = (
    "MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAu1SU1LfVLPHCozMxH2Mo4lgOEePzNm0tRgeLezV6ffAt0gunVTLw7onLRnrq0/IzW7yWR7QkrmBL7jTKEn5u"
    "+qKhbwKfBstIs+bMY2Zkp18gnTxKLxoS2tFczGkPLPgizskuemMghRniWaoLcyehkd3qqGElvW/VDL5AaWTg0nLVkjRo9z+40RQzuVaE8AkAFmxZzow3x+VJYKdjykkJ"
    "0iT9wCS0DRTXu269V264Vf/3jvredZiKRkgwlL9xNAwxXFg0x/XFw005UWVRIkdgcKWTjpBP2dPwVZ4WWC+9aGVd+Gyn1o0CLelf4rEjGoXbAAEgAqeGUxrcIlbjXfbc"
    "mwIDAQAB"
)


async def test_what_is_printed_for_a_zone_makes_the_zone_right(tmp_path: Path) -> None:
    """One world: what a check of it prints in every form, applied, and then checked against each of these forms."""
    (tmp_path / "hard.toml").write_text(HARD.replace("KEY", KEY))
    async with Lab(load_scenario(str(tmp_path / "hard.toml"))) as lab:
        before = await look(lab)
        printed = {f"{form}-{host}": plan_as(form, before.plan, host) for form, host in FORMS}
        for lang in LANGS:
            printed |= {f"text-{lang}": steps_text(before, lang), f"message-{lang}": as_message(before, lang)}
        printed["report"] = before.to_json("ja")
        printed["plan"] = dump(before.domain, plan_dict(before.plan, "en")).decode()
        printed["records"] = json.dumps(records_dict(before, "en"))
        printed["records-bind"] = plan_as("bind", Plan(changes=whole_sets(before)))
        lab.apply(before.plan)
        lab.flush()
        told = {form: read_expected(text, DOMAIN) for form, text in printed.items()}
        assert {form: sets(each) for form, each in told.items()} == dict.fromkeys(told, sets(before.expected))
        together = next(iter(told.values()))
        for each in told.values():
            together = merge(together, each)
        assert sets(together) == sets(before.expected)
        for expected in (*told.values(), together):
            after = await check(
                lab.domain,
                expected,
                resolvers=lab.resolvers,
                root_hints=lab.root_hints,
                port=lab.port,
                route=lab.route,
                timeout=1.0,
            )
            assert str(after.verdict) == "ok", (expected.source, after.message.of("en"))
            assert after.to_dict("en")["expectation"]["source"] == expected.source


LARGE = {
    "steps": "1. Add this record:\n  a  b\n" * 40_000,
    "one-step": "1. Add this record:\n" + "  a  b\n" * 100_000,
    "open-strings": 'D("example.com",\n' + '\\"' * 400_000,
    "closed-strings": 'D("example.com",\n' + '"a" ' * 200_000,
    "heads": 'resource "aws_route53_record" "a" {\n' * 25_000,
    "fields": 'resource "aws_route53_record" "a" {\n' + 'x = ["a", "b"\n' * 20_000,
    "data": "-d " * 300_000,
    "updates": "update add " * 90_000,
    "sets": "a:\n  type: TXT\n  value: x\n" * 900,
}


@pytest.mark.parametrize("text", LARGE.values(), ids=LARGE)
def test_large_files_take_linear_time(text: str) -> None:
    """Each of these would take minutes if the time grew with the square of the size."""
    began = time.process_time()
    with contextlib.suppress(UnpendError):
        read_expected(text, DOMAIN)
    assert time.process_time() - began < 8

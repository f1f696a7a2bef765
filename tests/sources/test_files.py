from __future__ import annotations

import codecs
import time

import pytest

from unpend.model.errors import ExpectationError
from unpend.model.expected import Purpose
from unpend.model.text import Text
from unpend.sources import asked, decode_bytes, decoding, expectations, naming, read_expected, rows
from unpend.sources.formats import own_records, record_csv
from unpend.sources.formats import zone_file as zone_format

from . import samples
from .samples import TOKENS, console_csv, zone_file
from .test_ses_json import refusal, said

T = TOKENS[0]


@pytest.mark.parametrize(
    "text",
    [
        console_csv(),
        "\ufeff" + console_csv(),
        console_csv().replace("\r\n", "\n"),
        console_csv().replace(",", "\t"),
        console_csv().replace(",", ";"),
        console_csv().upper(),
        "\r\n\r\n" + console_csv().replace("example.com", "example.com."),
        console_csv().replace("._domainkey.example.com", "._domainkey"),
        "“Type”,“Name”,“Value”\n"
        + "".join(f"“CNAME”,“{t}._domainkey.example.com”,“{t}.dkim.amazonses.com”\n" for t in TOKENS),
        '"Value","Type","TTL","Name"\n'
        + "".join(f'"{t}.dkim.amazonses.com","CNAME","1800","{t}._domainkey.example.com"\n' for t in TOKENS),
        "種別,ホスト名,値\n" + "".join(f"CNAME,{t}._domainkey.example.com,{t}.dkim.amazonses.com\n" for t in TOKENS),
    ],
)
def test_console_csv(text: str) -> None:
    expected = read_expected(text, "example.com.")
    assert expected.source == "ses-console-csv"
    assert tuple(r.name for r in expected.records) == samples.names()
    assert tuple(r.values[0] for r in expected.records) == samples.targets()
    assert all(r.required for r in expected.records)
    assert (expected.provider, expected.signing_zone) == ("ses", "dkim.amazonses.com.")


def test_console_csv_with_mail_from() -> None:
    extra = (
        "MX,bounce.example.com,10 feedback-smtp.eu-west-1.amazonses.com\n"
        'TXT,bounce.example.com,"""v=spf1 include:amazonses.com ~all"""\n'
        'TXT,_dmarc.example.com,"v=DMARC1; p=none;"\n'
    )
    expected = read_expected(console_csv() + extra, "example.com.")
    assert expected.region == "eu-west-1"
    found = {(r.purpose, r.type): r for r in expected.records}
    assert found[Purpose.MAIL_FROM, "MX"].values == ("10 feedback-smtp.eu-west-1.amazonses.com.",)
    assert found[Purpose.MAIL_FROM, "TXT"].values == ("v=spf1 include:amazonses.com ~all",)
    assert found[Purpose.DMARC, "TXT"].values == ("v=DMARC1; p=none;",)
    assert len(expected.required) == 3


def test_mail_from_alone_is_wanted_for_its_own_sake() -> None:
    text = "Type,Name,Value\nMX,b.example.com,10 feedback-smtp.eu-west-1.amazonses.com\n"
    assert len(read_expected(text, "example.com.").required) == 1


def test_a_priority_column() -> None:
    text = "Name,Type,Priority,Value\nb.example.com,MX,20,mx.example.net\n"
    assert read_expected(text, "example.com.").records[0].values == ("20 mx.example.net.",)


def test_regional_zone_in_the_csv() -> None:
    expected = read_expected(console_csv(zone="dkim.eu-south-1.amazonses.com"), "example.com.")
    assert (expected.region, expected.signing_zone) == ("eu-south-1", "dkim.eu-south-1.amazonses.com.")


def test_an_incomplete_set_is_said() -> None:
    text = "".join(console_csv().splitlines(keepends=True)[:3])
    expected = read_expected(text, "example.com.")
    assert len(expected.records) == 2
    assert rows.NOT_IN_THREES.en in said(expected.notes)


def test_acm_csv() -> None:
    text = (
        "Domain Name,Record Name,Record Type,Record Value\n"
        "*.example.com,_x1.example.com.,CNAME,_y1.abc.acm-validations.aws.\n"
    )
    expected = read_expected(text, "example.com.")
    assert (expected.source, expected.provider) == ("acm-csv", "acm")
    assert (expected.records[0].name, expected.records[0].purpose) == ("_x1.example.com.", Purpose.OWNERSHIP)


@pytest.mark.parametrize(
    "text",
    [
        zone_file(),
        "$ORIGIN example.com.\n$TTL 1800\n" + zone_file(),
        zone_file().replace("_domainkey ", "_domainkey.example.com. 1800 "),
        zone_file().replace("_domainkey ", "_domainkey.example.com "),
        zone_file().replace(".com.\n", ".com\n"),
        zone_file().upper(),
        "; comment\n" + zone_file().replace("\n", " ; comment\n"),
        "$ORIGIN _domainkey.example.com.\n" + zone_file().replace("._domainkey", ""),
        "@ IN SOA ns1 admin 1 2 3 4 5\n@ IN NS ns1\n" + zone_file(),
        zone_file().replace("\n", "\r\n"),
    ],
)
def test_zone_file(text: str) -> None:
    expected = read_expected(text, "example.com.")
    assert expected.source == "zone-file"
    found = {r.name: r for r in expected.records if r.purpose is Purpose.DKIM}
    assert tuple(found) == samples.names()
    assert tuple(r.values[0] for r in found.values()) == samples.targets()


def test_zone_file_of_several_strings() -> None:
    text = 'sel._domainkey 600 IN TXT ( "v=DKIM1; p=abc"\n  "def;" ) ; two strings\n'
    (record,) = read_expected(text, "example.com.").records
    assert (record.values, record.ttl) == (("v=DKIM1; p=abcdef;",), 600)


def test_zone_file_without_dots_is_said() -> None:
    expected = read_expected(zone_file().replace(".com.\n", ".com\n"), "example.com.")
    assert zone_format.NO_DOT.en in said(expected.notes)


def test_a_long_zone_file_is_read_in_linear_time() -> None:
    text = "".join(f"n{i} IN CNAME x{i}.example.net.\n" for i in range(5000))
    start = time.perf_counter()
    assert len(read_expected(text, "example.com.").records) == 5000
    assert time.perf_counter() - start < 10


def test_zone_file_of_several_domains() -> None:
    text = zone_file() + "$ORIGIN other.org.\nx._domainkey CNAME y.example.net.\n"
    expected = read_expected(text, "example.com.")
    assert len(expected.records) == 3
    assert rows.LEFT_OUT.en in said(expected.notes)


OWN = f"""
domain: Example.com
provider: ses
region: eu-west-1
former_names: [old._domainkey]
entered_at: 2026-10-01T00:00:00Z
records:
  - purpose: dkim
    name: {T}._domainkey
    type: cname
    values: [{T}.dkim.amazonses.com]
  - name: "@"
    type: TXT
    values: ['v=spf1 include:amazonses.com ~all']
    required: no
    ttl: 60
"""


def test_own_yaml() -> None:
    expected = read_expected(OWN, "example.com.")
    assert (expected.source, expected.provider, expected.region) == ("unpend-yaml", "ses", "eu-west-1")
    assert expected.former_names == ("old._domainkey.example.com.",)
    assert expected.entered_at == 1790812800.0
    dkim, spf = expected.records
    assert (dkim.name, dkim.type, dkim.required) == (f"{T}._domainkey.example.com.", "CNAME", True)
    assert (spf.name, spf.required, spf.ttl, spf.purpose) == ("example.com.", False, 60, Purpose.SPF)


@pytest.mark.parametrize(
    "text",
    [
        f'[{{"purpose":"dkim","name":"{T}._domainkey","type":"CNAME","values":["{T}.dkim.amazonses.com"]}}]',
        f"[{{“purpose”:“dkim”,“name”:“{T}._domainkey”,“type”:“CNAME”,“values”:“{T}.dkim.amazonses.com”}}]",
        f'{{"records":[{{"name":"{T}._domainkey.example.com","type":"CNAME","value":"{T}.dkim.amazonses.com."}}]}}',
    ],
)
def test_own_json(text: str) -> None:
    expected = read_expected(text, "example.com.")
    assert expected.source == "unpend-json"
    assert expected.records[0].values == (f"{T}.dkim.amazonses.com.",)


def test_own_list_puts_a_set_together() -> None:
    text = "- {name: '@', type: MX, values: 10 a.example.net}\n- {name: '@', type: MX, values: 20 b.example.net}\n"
    assert read_expected(text, "example.com.").records[0].values == ("10 a.example.net.", "20 b.example.net.")


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", expectations.EMPTY),
        (" \n\t", expectations.EMPTY),
        ("\ufeff", expectations.EMPTY),
        ("hello, this is my domain", expectations.UNKNOWN),
        ("{}", expectations.UNKNOWN),
        ("[]", expectations.UNKNOWN),
        ('{"EmailIdentities": []}', expectations.UNKNOWN),
        ("<html></html>", expectations.UNKNOWN),
        ("x" * (1024 * 1024 + 1), decoding.TOO_LARGE),
        ("あ" * (400 * 1024), decoding.TOO_LARGE),
        ("PK\x03\x04\x00", decoding.NOT_TEXT),
        ('{"DkimAttributes": {"Tokens": [', asked.BROKEN_JSON),
        ("[" * 100_000, asked.UNREASONABLE),
        ("records:\n  - name: [", asked.BROKEN_YAML),
        ("records: &a [*a, *a]\n", asked.UNREASONABLE),
        ("records: " + "[" * 60 + "]" * 60, asked.UNREASONABLE),
        (console_csv("other.com"), rows.ANOTHER_DOMAIN),
        (zone_file().replace("_domainkey", "_domainkey.other.org."), rows.ANOTHER_DOMAIN),
        (zone_file().replace("_domainkey", "_domainkey.other.org"), rows.ANOTHER_DOMAIN),
        ("a IN CNAME b.net.\na IN CNAME c.net.\n", rows.SEVERAL_ALIASES),
        (console_csv().replace(f"{T}.dkim", f"{'d' * 32}.dkim"), rows.SWAPPED),
        ("domain: other.com\nrecords: [{name: a, type: TXT, values: b}]", rows.ANOTHER_DOMAIN),
        ("Type,Name,Value\r\n", rows.NO_RECORDS),
        ("records: []", rows.NO_RECORDS),
        ("- {name: a, type: TXT, values: b, required: false}", rows.NO_RECORDS),
        ("@ IN SOA ns1 admin 1 2 3 4 5\n", rows.NO_RECORDS),
        ("Type,Name,Value\nCNAME,a\n", record_csv.SHORT_LINE),
        ("Type,Name,Value\nFOO,a,b\n", naming.BAD_TYPE),
        ("Type,Name,Value\nCNAME,a b,c\n", naming.BAD_NAME),
        ("Type,Name,Value\nCNAME,a,\n", naming.NO_VALUE),
        ("Type,Name,Value\nCNAME,a,b.net\nCNAME,a,c.net\n", rows.SEVERAL_ALIASES),
        ("- {name: a, type: CNAME, values: [b.net, c.net]}", rows.SEVERAL_ALIASES),
        ("- {name: a, type: TXT}", own_records.BAD_RECORD),
        ("- {name: a, type: TXT, values: b, purpose: fun}", own_records.BAD_PURPOSE),
        ("$INCLUDE /etc/passwd\na IN CNAME b.net.\n", zone_format.BROKEN),
        ("$GENERATE 1-9999999 a$ CNAME b$\na IN CNAME b.net.\n", zone_format.BROKEN),
        ("a IN CNAME b c d\n", zone_format.BROKEN),
    ],
)
def test_refused(text: str, why: Text) -> None:
    assert refusal(text).message.en == why.en


def test_unknown_formats_are_told_which_are_known() -> None:
    error = refusal("hello")
    assert error.hint is not None
    for word in ("sesv2", "CSV", "BIND", "YAML"):
        assert word in error.hint.of("ja")


@pytest.mark.parametrize(
    ("data", "text"),
    [
        ("あ,b".encode(), "あ,b"),
        (codecs.BOM_UTF8 + "あ".encode(), "あ"),
        ("あ,b".encode("utf-16"), "あ,b"),
        ("a,b".encode("utf-16-le"), "a,b"),
        ("a,b".encode("utf-16-be"), "a,b"),
        ("種別,ホスト名,値".encode("cp932"), "種別,ホスト名,値"),
        (b"", ""),
    ],
)
def test_decoding(data: bytes, text: str) -> None:
    assert decode_bytes(data) == text


@pytest.mark.parametrize("data", [b"\x89PNG\r\n\x1a\n\x00", b"PK\x03\x04\x14\x00", b"\xff\xff\xff", b"a" * (3 << 20)])
def test_not_decodable(data: bytes) -> None:
    with pytest.raises(ExpectationError):
        decode_bytes(data)

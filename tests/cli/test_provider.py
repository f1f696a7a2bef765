"""`--provider`: a mail provider's template against zones of the lab; what only the account knows is compared by its shape."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from unpend.engine.check import check
from unpend.lab import Lab, load_scenario
from unpend.sources import from_template

from .lab_flags import flags, typed

ZONE = """
code = "ok"
title = {{ en = "t", ja = "t" }}
story = {{ en = "s", ja = "s" }}
[[zone]]
name = "example.com"
records = '''
{records}
'''
[expect]
none = true
"""
SENDGRID = """
em1234 CNAME u42.wl045.sendgrid.net.
s1._domainkey CNAME s1.domainkey.u42.wl045.sendgrid.net.
s2._domainkey CNAME s2.domainkey.u42.wl045.sendgrid.net.
"""
HOST = ("sendgrid", "host=em1234")
ACCOUNT = (*HOST, "user=42", "server=045")
FLAGS = ("--provider", "sendgrid", "--set", "host=em1234")
ALL_FLAGS = (*FLAGS, "--set", "user=42", "--set", "server=045")


def world(records: str, folder: Path) -> Lab:
    (folder / "zone.toml").write_text(ZONE.format(records=records))
    return Lab(load_scenario(str(folder / "zone.toml")))


async def told(records: str, folder: Path, *words: str, command: str = "check") -> tuple[int, str, str]:
    async with world(records, folder) as lab:
        return await typed(command, *flags(lab, folder), *words)


async def report(records: str, folder: Path, provider: str, *settings: str) -> dict[str, Any]:
    """The same in this process."""
    async with world(records, folder) as lab:
        wanted = from_template(lab.domain, provider, settings)
        asked: dict[str, Any] = {"resolvers": lab.resolvers, "root_hints": lab.root_hints, "port": lab.port}
        return (await check(lab.domain, wanted, route=lab.route, timeout=1.0, **asked)).to_dict("en")


def codes(said: dict[str, Any]) -> list[str]:
    return [finding["code"] for finding in said["findings"]]


async def test_a_healthy_zone_by_shape_and_by_value(tmp_path: Path) -> None:
    by_shape, by_value = await report(SENDGRID, tmp_path, *HOST), await report(SENDGRID, tmp_path, *ACCOUNT)
    assert (by_shape["verdict"], by_value["verdict"]) == ("ok", "ok")
    assert [r["known"] for r in by_shape["records"]] == [False] * 3
    assert [r["known"] for r in by_value["records"]] == [True] * 3
    assert by_shape["expectation"]["source"] == "provider-template"
    assert "--set user=" in " ".join(by_shape["expectation"]["notes"])
    assert "--set user=" not in " ".join(by_value["expectation"]["notes"])


async def test_another_service_stands_there(tmp_path: Path) -> None:
    said = await report(SENDGRID.replace("s1.domainkey.u42.wl045.sendgrid.net", "dkim.smtp2go.net"), tmp_path, *HOST)
    assert codes(said) == ["other-provider-target"]
    assert said["findings"][0]["params"]["owner"] == "SMTP2GO"


async def test_a_saved_case_says_the_same(tmp_path: Path) -> None:
    """Sentences inside sentences come back from the case file as sentences."""
    case = str(tmp_path / "case.json")
    _, out, err = await told("", tmp_path, *FLAGS, "--save", case, "--lang", "ja")
    assert "SendGrid" in out
    assert "SendGrid のテンプレート" in err
    assert (await typed("replay", case, "--lang", "ja"))[1] == out


async def test_a_value_of_another_form(tmp_path: Path) -> None:
    code, out, _ = await told(SENDGRID.replace("s1.domainkey.u42", "s9.domainkey.u42"), tmp_path, *FLAGS)
    assert code == 1
    assert "has the form" in out


async def test_a_shape_is_never_planned_but_a_value_is(tmp_path: Path) -> None:
    """Whoever reads the plan is sent to the panel; nothing in angle brackets goes into a zone."""
    missing = "\n".join(SENDGRID.splitlines()[:-1])
    by_shape, by_value = await report(missing, tmp_path, *HOST), await report(missing, tmp_path, *ACCOUNT)
    assert codes(by_shape) == codes(by_value) == ["record-missing"]
    assert [c["op"] for c in by_shape["plan"]["changes"]] == ["publish-shown-value"]
    assert "Sender Authentication" in by_shape["plan"]["changes"][0]["instructions"]
    assert by_value["plan"]["changes"][0]["values"] == ["s2.domainkey.u42.wl045.sendgrid.net."]
    assert by_value["plan"]["safety"] == "safe"


async def test_what_nobody_confirmed_is_said_in_weaker_words(tmp_path: Path) -> None:
    said = await report('@ TXT "v=spf1 include:_spf.mlsend.com ~all"', tmp_path, "mailerlite")
    assert codes(said) == ["record-missing"]
    assert said["findings"][0]["confidence"] == "possible"
    assert "not confirmed" in said["findings"][0]["message"]
    assert said["plan"]["safety"] == "review"
    confirmed = await report("", tmp_path, "mailchimp")
    assert {f["confidence"] for f in confirmed["findings"]} == {"certain"}


async def test_doubled_names_are_found_by_shape_too(tmp_path: Path) -> None:
    said = await report(SENDGRID.replace("s2._domainkey ", "s2._domainkey.example.com "), tmp_path, *HOST)
    assert codes(said) == ["doubled-zone"]


async def test_an_ownership_record_beside_others(tmp_path: Path) -> None:
    zone = f'google._domainkey TXT "v=DKIM1; k=rsa; p={_key()}"\n@ TXT "v=spf1 include:_spf.google.com ~all"\n'
    said = await report(zone + '@ TXT "google-site-verification=abc"', tmp_path, "google")
    assert said["verdict"] == "ok"
    assert {r["status"] for r in said["records"]} == {"verified"}


async def test_what_other_services_have_at_the_top_is_no_wrong_value(tmp_path: Path) -> None:
    """Their strings stay, and the plan adds ours."""
    others = ["google-site-verification=abc", "v=spf1 -all", "t5Zw9h2xVb8"]
    zone = "\n".join(f'@ TXT "{other}"' for other in others)
    zone += "\n".join(["", *(f"brevo{n}._domainkey CNAME b{n}.example-com.dkim.brevo.com." for n in (1, 2))])
    said = await report(zone, tmp_path, "brevo", f"code={'0' * 32}")
    assert codes(said) == ["record-missing"]
    assert "but none of the kind" in said["findings"][0]["message"]
    assert set(said["plan"]["changes"][0]["values"]) == {*others, f"brevo-code:{'0' * 32}"}
    older = await report(zone + '\n@ TXT "brevo-code:1"', tmp_path, "brevo", f"code={'0' * 32}")
    assert codes(older) == ["wrong-target"]
    assert older["findings"][0]["params"]["found"] == "brevo-code:1"


async def test_errors_before_anything_is_asked(tmp_path: Path) -> None:
    for words, hint in (
        (["--provider", "sendgird"], "sendgrid"),
        (["--provider", "postmark"], "selector"),
        (["--set", "a=b"], "--provider"),
    ):
        code, _, err = await typed("check", "example.com", *words)
        assert code == 2
        assert hint in err


@pytest.mark.parametrize("command", ["records", "fix"])
async def test_other_commands_take_it_too(command: str, tmp_path: Path) -> None:
    more = ["--as", "bind"] if command == "fix" else ["--format", "bind"]
    code, out, err = await told("", tmp_path, *ALL_FLAGS, *more, command=command)
    assert code == 0, err
    assert "s1.domainkey.u42.wl045.sendgrid.net." in out


async def test_records_of_one_set_are_printed_as_one_and_shapes_not_at_all(tmp_path: Path) -> None:
    more = ("--provider", "icloud", "--set", "code=abcdef")
    code, out, err = await told("", tmp_path, *more, "--format", "route53-json", command="records")
    assert code == 0, err
    sets = {c["ResourceRecordSet"]["Name"]: c["ResourceRecordSet"] for c in json.loads(out)["Changes"]}
    assert len(sets) == 2
    assert len(sets["example.com."]["ResourceRecords"]) == 2
    code, out, err = await told("", tmp_path, *FLAGS, "--format", "octodns", command="records")
    assert code == 0, err
    assert "sendgrid" not in out
    assert "em1234.example.com CNAME" in err
    code, out, err = await told("", tmp_path, *FLAGS, command="records")
    assert (code, "Parts in angle brackets" in out) == (0, True), err


@pytest.mark.parametrize("lang", ["en", "ja"])
async def test_pages(lang: str) -> None:
    code, out, _ = await typed("explain", "providers", "--lang", lang)
    assert code == 0
    assert out.count("\n- ") >= 50
    code, out, _ = await typed("explain", "provider:Elastic Email", "--lang", lang)
    assert code == 0
    assert ("not confirmed" in out) is (lang == "en")
    assert "--set 'key=" in out


def _key() -> str:
    import base64

    from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    public = generate_private_key(65537, 1024).public_key()
    return base64.b64encode(public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)).decode()

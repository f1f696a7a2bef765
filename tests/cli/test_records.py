"""`unpend records`: what it prints, other tools and unpend itself take; what is in the way is said."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from world import Host, Paper

from unpend.lab import Lab, load_scenario
from unpend.model.expected import Expected, ExpectedRecord, Purpose
from unpend.report.as_records import as_records
from unpend.report.report import report_of
from unpend.sources import read_expected

from .lab_flags import flags, typed


async def printed(name: str, folder: Path, *words: str) -> str:
    async with Lab(load_scenario(name)) as lab:
        code, out, err = await typed("records", *flags(lab, folder), "--quiet", *words)
    assert code == 0, err
    return out


async def test_fields_of_the_panel(tmp_path: Path) -> None:
    out = await printed("record-missing", tmp_path)
    assert out.count("Record type") == 3
    assert "Amazon Route 53" in out
    assert "In the way" not in out
    assert "すべて登録済みです" in await printed("healthy", tmp_path, "--lang", "ja")


@pytest.mark.parametrize("form", ["bind", "csv"])
async def test_what_it_prints_unpend_reads(form: str, tmp_path: Path) -> None:
    out = await printed("record-missing", tmp_path, "--format", form)
    wanted = read_expected((tmp_path / "expected.json").read_text(), "example.com.")
    told = read_expected(out, "example.com.")
    assert {(r.name, r.type, r.values) for r in told.records} == {(r.name, r.type, r.values) for r in wanted.records}


async def test_json_is_accepted_as_an_expectation(tmp_path: Path) -> None:
    out = await printed("record-missing", tmp_path, "--format", "json")
    assert json.loads(out)["dns_host"]["id"] == "route53"
    assert len(read_expected(out, "example.com.").records) == 3


@pytest.mark.parametrize(
    ("scenario", "word"),
    [
        ("wrong-type", "taken"),
        ("wrong-target", "holds another"),
        ("wildcard-masks", "wildcard"),
        ("cname-at-apex", "news.example.com"),
        ("spf-near-ten", "takes 9 of the 10 look-ups"),
    ],
)
async def test_what_is_in_the_way(scenario: str, word: str, tmp_path: Path) -> None:
    assert word in await printed(scenario, tmp_path)


async def test_nothing_known(tmp_path: Path) -> None:
    assert "--dkim-token" in await printed("no-expectation-doubled", tmp_path)


@pytest.mark.parametrize(
    ("nameserver", "record", "said"),
    [
        ("ns1.cafe24.com.", ("s1._domainkey.example.com.", "CNAME", "s1.example.net."), "refuse names with"),
        ("ns.udag.de.", ("s1.example.com.", "CNAME", "s1._domainkey.example.net."), "refuse CNAME targets with"),
        ("ns1.loopia.se.", ("s1._domainkey.example.com.", "TXT", "v=DKIM1; p=" + "A" * 460), "471 characters"),
        ("ns1.loopia.se.", ("s1._domainkey.example.com.", "CNAME", "s1._domainkey.example.net."), ""),
        ("ns1.cafe24.com.", ("s1.example.com.", "CNAME", "s1.example.net."), ""),
    ],
)
def test_panels_that_cannot_hold_it(nameserver: str, record: tuple[str, str, str], said: str) -> None:
    name, type_, value = record
    wanted = Expected("example.com.", (ExpectedRecord(Purpose.DKIM, name, type_, (value,)),))
    case = Paper([Host(nameserver, "")], wanted).case()
    out = as_records(report_of(case.expected, case.observation), "en", 400)
    assert (said in out, "reported" in out) == (True, bool(said)), out

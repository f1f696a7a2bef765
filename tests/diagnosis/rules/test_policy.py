"""SPF and DMARC: looked at only where somebody asks, never an edit that nobody asked for, and the bounds of the chain."""

from __future__ import annotations

from pathlib import Path

import pytest
from lab_cases import look, report_of

from unpend.lab import Lab, load_scenario
from unpend.model.finding import Severity
from unpend.model.plan import Change, Safety
from unpend.model.records import Role
from unpend.report.report import Report

MERELY_WISHED = ("spf-too-many-lookups", "spf-void-lookups", "spf-permissive", "dmarc-missing", "dmarc-multiple")


async def looked_at(text: str, folder: Path) -> Report:
    """The report on a scenario of this text."""
    (folder / "own.toml").write_text(text)
    async with Lab(load_scenario(str(folder / "own.toml"))) as lab:
        return await look(lab)


def zone(records: str, wanted: str = "", more: str = "") -> str:
    """A scenario: example.com with these records, and something wanted of it beside the wish for policy."""
    head = 'code = "ok"\ntitle = { en = "t", ja = "t" }\nstory = { en = "s", ja = "s" }\n'
    own = f"[[zone]]\nname = \"example.com\"\nhost = \"godaddy\"\nrecords = '''\n<wanted>\n{records}\n'''\n"
    return f"{head}{own}{more}[expect]\npolicy = true\n{wanted}"


def codes(report: Report) -> dict[str, str]:
    return {f.code: str(f.severity) for f in report.findings}


def test_nothing_is_asked_where_nobody_asks() -> None:
    for name in ("healthy", "healthy-leftovers"):
        questions = {(e.question.name, e.question.type) for e in report_of(name).observation.exchanges}
        assert not {n for n, _ in questions if "_dmarc" in n}
        assert ("example.com.", "TXT") not in questions
        assert not [q for q in questions if q == ("amazonses.com.", "TXT")]


def test_a_healthy_policy_is_one_line() -> None:
    report = report_of("healthy-policy")
    assert report.findings == ()
    assert len(report.to_text("en").splitlines()) == 1


@pytest.mark.parametrize("name", MERELY_WISHED)
def test_what_was_merely_looked_at_is_never_edited(name: str) -> None:
    report = report_of(name)
    assert report.findings
    assert {f.severity for f in report.findings} <= {Severity.WARNING, Severity.INFO}
    assert report.plan.changes == ()
    assert all(each.findings == () for each in report.records), "SPF at the apex is said of no other record"


def test_the_whole_chain_is_counted_and_bounded() -> None:
    report = report_of("spf-too-many-lookups")
    (finding,) = report.findings
    assert finding.params["lookups"] == 12
    assert "include:one.example.net (6)" in finding.params["costs"]
    chain = [
        e for e in report.observation.exchanges if e.server.role is Role.RESOLVER and "example.net" in e.question.name
    ]
    assert len(chain) == 9
    assert not [e for e in chain if e.question.name == "never.example.net."]


async def test_a_chain_without_end_is_cut_off(tmp_path: Path) -> None:
    links = "\n".join(f'i{n} TXT "v=spf1 include:i{n + 1}.example.net -all"' for n in range(40))
    other = f"[[zone]]\nname = \"example.net\"\nhost = \"route53\"\nrecords = '''\n{links}\n'''\n"
    records = '@ TXT "v=spf1 include:i0.example.net -all"\n_dmarc TXT "v=DMARC1; p=none"'
    report = await looked_at(zone(records, more=other), tmp_path)
    (finding,) = report.findings
    assert finding.message.of("en").count("at least 13 look-ups") == 1
    asked = {e.question for e in report.observation.exchanges if e.question.name.endswith("example.net.")}
    assert len(asked) == 12


async def test_a_chain_that_comes_back_and_one_that_is_not_told(tmp_path: Path) -> None:
    other = "[[zone]]\nname = \"example.net\"\nhost = \"route53\"\nrecords = '''\nloop TXT \"v=spf1 include:example.com -all\"\n'''\n"
    dmarc = '\n_dmarc TXT "v=DMARC1; p=none"'
    report = await looked_at(zone('@ TXT "v=spf1 include:loop.example.net -all"' + dmarc, more=other), tmp_path)
    assert codes(report) == {"spf-too-many-lookups": "warning"}
    dead = other + '[[server]]\nhost = "route53"\ndoes = "servfail"\n'
    report = await looked_at(zone('@ TXT "v=spf1 include:loop.example.net -all"' + dmarc, more=dead), tmp_path)
    assert codes(report) == {}


def test_a_demanded_include_joins_the_record_that_is_there() -> None:
    plan = report_of("spf-include-missing").plan
    (change,) = plan.changes
    assert isinstance(change, Change)
    assert set(change.values) == {
        "google-site-verification=abc",
        "v=spf1 mx ip4:192.0.2.0/28 include:amazonses.com -all",
    }
    assert plan.safety is Safety.SAFE


@pytest.mark.parametrize(
    ("name", "word"), [("spf-near-ten", "11 look-ups"), ("spf-multiple", "only one"), ("spf-syntax", "include_")]
)
def test_joins_that_somebody_should_look_at(name: str, word: str) -> None:
    plan = report_of(name).plan
    assert plan.safety is Safety.REVIEW
    assert any(word in reason.of("en") for reason in plan.reasons)


def test_two_records_become_one_that_keeps_its_end() -> None:
    (change,) = report_of("spf-multiple").plan.changes
    (finding,) = report_of("spf-multiple").findings
    assert finding.params["merged"] == "v=spf1 ip4:192.0.2.25 include:amazonses.com -all"
    assert finding.params["merged"] in change.values


async def test_spf_that_ses_does_not_need_is_a_mere_information(tmp_path: Path) -> None:
    report = await looked_at(zone('_dmarc TXT "v=DMARC1; p=none"'), tmp_path)
    assert codes(report) == {"spf-missing": "info"}


async def test_a_subdomain_inherits_and_its_like_above_is_left_alone(tmp_path: Path) -> None:
    """The organisation's own DMARC record is no misplaced copy of the sub-domain's."""
    wanted = 'records = [{ name = "_dmarc.mail.example.com", type = "TXT", values = ["v=DMARC1; p=none"], purpose = "dmarc" }]\n'
    text = zone('_dmarc TXT "v=DMARC1; p=none"\n@ TXT "v=spf1 -all"\nmail TXT "v=spf1 -all"', wanted)
    report = await looked_at('domain = "mail.example.com"\n' + text, tmp_path)
    assert codes(report) == {"dmarc-missing": "error"}
    assert [c.op for c in report.plan.changes if isinstance(c, Change)] == ["create"]
    optional = text.replace('purpose = "dmarc"', 'purpose = "dmarc", required = false')
    report = await looked_at('domain = "mail.example.com"\n' + optional, tmp_path)
    assert set(codes(report)) == {"record-missing"}


@pytest.mark.parametrize(
    ("records", "code"),
    [
        ('_dmarc.example.com.example.com. TXT "v=DMARC1; p=none"', "dmarc-wrong-name"),
        ('@ TXT "v=DMARC1; p=none"', "dmarc-wrong-name"),
        ('* TXT "v=DMARC1; p=none; rua=mailto:x@example.com"', ""),
        ('_dmarc TXT "p=none"', "dmarc-syntax"),
        ('_dmarc TXT "v=DMARC1\\; p=none\\; adkim=s\\; aspf=s"', ""),
        ("_dmarc CNAME _dmarc.example.net.", "dmarc-syntax"),
    ],
)
async def test_places_and_shapes_of_dmarc(records: str, code: str, tmp_path: Path) -> None:
    vendor = (
        "[[zone]]\nname = \"example.net\"\nhost = \"route53\"\nrecords = '''\n_dmarc TXT \"v=DMARC1; p=all\"\n'''\n"
    )
    report = await looked_at(zone('@ TXT "v=spf1 -all"\n' + records, more=vendor), tmp_path)
    assert set(codes(report)) == ({code} if code else set()), report.to_text("en")

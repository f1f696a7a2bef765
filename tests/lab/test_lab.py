"""The lab as outside tools see it: what each misbehaviour looks like on the wire, latency, loss, one address alone."""

from __future__ import annotations

import time
from pathlib import Path
from typing import get_args

import dns.asyncquery
import dns.exception
import dns.flags
import dns.message
import dns.query
import dns.rcode
import pytest
from lab_cases import look

from unpend.cli.explain import page
from unpend.lab import Lab, load_scenario
from unpend.lab.scenario import Does
from unpend.lab.world import hosts
from unpend.model.errors import ScenarioError

SERVER = "ns01.domaincontrol.com"
SCENARIO = """
code = "ok"
title = {{ en = "t", ja = "t" }}
story = {{ en = "s", ja = "s" }}
[[zone]]
name = "example.com"
host = "godaddy"
records = '''
<wanted>
a A 192.0.2.1
a A 192.0.2.2
'''
[[server]]
name = "{server}"
{does}
"""


def scenario_file(folder: Path, does: str) -> str:
    path = folder / "mine.toml"
    path.write_text(SCENARIO.format(server=SERVER, does=does), encoding="utf-8")
    return str(path)


async def ask(
    lab: Lab, type_: str = "A", *, edns: bool = True, tcp: bool = False, name: str = "a.example.com"
) -> dns.message.Message | None:
    """What the misbehaving server says to dnspython; None for silence, a refused connection and what is not DNS."""
    query = dns.message.make_query(name, type_, use_edns=0 if edns else -1)
    send = dns.asyncquery.tcp if tcp else dns.asyncquery.udp
    try:
        return await send(query, lab.servers[SERVER], timeout=0.3, port=lab.port)
    except (dns.exception.DNSException, OSError, EOFError):
        return None


def rcode(response: dns.message.Message | None) -> str:
    return "silence" if response is None else dns.rcode.to_text(response.rcode())


@pytest.mark.parametrize(
    ("does", "edns", "plain", "tcp", "txt"),
    [
        ("", "NOERROR", "NOERROR", "NOERROR", "NOERROR"),
        ("dead", "silence", "silence", "silence", "silence"),
        ("silent", "silence", "silence", "silence", "silence"),
        ("refused", "REFUSED", "REFUSED", "REFUSED", "REFUSED"),
        ("not-loaded", "REFUSED", "REFUSED", "REFUSED", "REFUSED"),
        ("servfail", "SERVFAIL", "SERVFAIL", "SERVFAIL", "SERVFAIL"),
        ("silent-edns", "silence", "NOERROR", "silence", "silence"),
        ("formerr-edns", "FORMERR", "NOERROR", "FORMERR", "FORMERR"),
        ("badvers", "BADVERS", "NOERROR", "BADVERS", "BADVERS"),
        ("no-tcp", "NOERROR", "NOERROR", "silence", "NOERROR"),
        ("txt-silent", "NOERROR", "NOERROR", "NOERROR", "silence"),
        ("txt-servfail", "NOERROR", "NOERROR", "NOERROR", "SERVFAIL"),
        ("garbage", "silence", "silence", "silence", "silence"),
        ("wrong-id", "silence", "silence", "silence", "silence"),
        ("wrong-question", "silence", "silence", "silence", "silence"),
    ],
)
async def test_misbehaves_as_told(does: str, edns: str, plain: str, tcp: str, txt: str, tmp_path: Path) -> None:
    async with Lab(load_scenario(scenario_file(tmp_path, f'does = "{does}"'))) as lab:
        told = (await ask(lab), await ask(lab, edns=False), await ask(lab, tcp=True), await ask(lab, "TXT"))
    assert tuple(map(rcode, told)) == (edns, plain, tcp, txt)


@pytest.mark.parametrize(
    ("does", "authority", "answers", "flags"),
    [
        ("upward", ["."], 0, 0),
        ("loop-referral", ["example.com."], 0, 0),
        ("no-aa", [], 2, 0),
        ("rotate", [], 1, dns.flags.AA),
        ("truncate-no-tcp", [], 0, dns.flags.AA | dns.flags.TC),
    ],
)
async def test_answers_oddly_as_told(does: str, authority: list[str], answers: int, flags: int, tmp_path: Path) -> None:
    async with Lab(load_scenario(scenario_file(tmp_path, f'does = "{does}"'))) as lab:
        query = dns.message.make_query("a.example.com", "A")
        told = await dns.asyncquery.udp(query, lab.servers[SERVER], timeout=1, port=lab.port)
    assert [rrset.name.to_text() for rrset in told.authority] == authority
    assert len(told.answer) <= 1
    assert sum(len(rrset) for rrset in told.answer) in ({answers} if does != "rotate" else {1, 2})
    assert told.flags & (dns.flags.AA | dns.flags.TC) == flags


async def test_case_is_dropped_or_lowered(tmp_path: Path) -> None:
    mixed = "A.eXample.com"
    async with Lab(load_scenario(scenario_file(tmp_path, 'does = "drop-mixed-case"'))) as lab:
        assert (await ask(lab, name=mixed), rcode(await ask(lab))) == (None, "NOERROR")
    async with Lab(load_scenario(scenario_file(tmp_path, 'does = "lower-case"'))) as lab:
        told = await ask(lab, name=mixed)
    assert told is not None
    assert told.question[0].name.to_text() == "a.example.com."


async def test_a_huge_answer_comes_over_tcp(tmp_path: Path) -> None:
    async with Lab(load_scenario(scenario_file(tmp_path, 'does = "huge"'))) as lab:
        short, whole = await ask(lab, "TXT"), await ask(lab, "TXT", tcp=True)
    assert short is not None
    assert short.flags & dns.flags.TC
    assert whole is not None
    assert len(whole.to_wire()) > 40000


async def test_slow_servers_and_latency_take_their_time(tmp_path: Path) -> None:
    async with Lab(load_scenario(scenario_file(tmp_path, "slow_ms = 100")), latency=0.02) as lab:
        started = time.monotonic()
        assert rcode(await ask(lab)) == "NOERROR"
        assert time.monotonic() - started >= 0.14


async def test_lost_queries_get_no_answer(tmp_path: Path) -> None:
    async with Lab(load_scenario(scenario_file(tmp_path, "loss = 1.0"))) as lab:
        assert await ask(lab) is None


@pytest.mark.parametrize("name", ["healthy", "doubled-zone", "negative-cached", "tcp-broken"])
async def test_one_address_is_enough(name: str) -> None:
    """As on macOS, where only 127.0.0.1 can be bound."""
    scenario = load_scenario(name)
    async with Lab(scenario, single_address=True) as lab:
        report = await look(lab)
    assert report.verdict == scenario.verdict
    assert scenario.code in {"ok", *(finding.code for finding in report.findings[:1])}


@pytest.mark.parametrize("loss", [0.1, 0.2])
async def test_lost_packets_blame_nobody(loss: float) -> None:
    async with Lab(load_scenario("healthy"), loss=loss) as lab:
        report = await look(lab)
    assert {f.severity.value for f in report.findings} <= {"warning", "info"}


# --- the texts --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("lang", ["en", "ja"])
def test_the_page_names_everything_that_can_be_written(lang: str) -> None:
    text = page("scenarios", lang)  # type: ignore[arg-type]
    for word in (*get_args(Does), *hosts()):
        assert word in text or word == "ses", word


@pytest.mark.parametrize("lang", ["en", "ja"])
async def test_the_example_of_the_page_is_true(lang: str, tmp_path: Path) -> None:
    text = page("scenarios", lang).partition("```toml\n")[2].partition("```")[0]  # type: ignore[arg-type]
    (tmp_path / "mine.toml").write_text(text, encoding="utf-8")
    async with Lab(load_scenario(str(tmp_path / "mine.toml"))) as lab:
        report = await look(lab)
    assert (report.findings[0].code, report.verdict) == ("record-missing", "action_required")


@pytest.mark.parametrize(
    ("does", "word"),
    [('does = "slient"', "slient"), ("does = 3", "does"), ("dose = 1", "dose"), ("loss = [", "value")],
)
def test_a_slip_in_the_text_is_named(does: str, word: str, tmp_path: Path) -> None:
    with pytest.raises(ScenarioError, match="cannot be read") as error:
        load_scenario(scenario_file(tmp_path, does))
    assert word in str(error.value)
    assert error.value.hint is not None


async def test_a_bad_record_line_is_named(tmp_path: Path) -> None:
    path = Path(scenario_file(tmp_path, ""))
    path.write_text(path.read_text("utf-8").replace("a A 192.0.2.1", "a A nonsense"), encoding="utf-8")
    with pytest.raises(ScenarioError, match="a A nonsense"):
        async with Lab(load_scenario(str(path))):
            pass

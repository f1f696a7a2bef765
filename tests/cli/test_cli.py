"""The command line, in this process: exit codes, languages, bad input, save and replay, settings."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from unpend.cli.main import run
from unpend.diagnosis.rulebook import all_rules
from unpend.lab import scenario_names

TOKENS = [f"--dkim-token={c * 32}" for c in "abc"]
TOPICS = ["pending", "how-ses-verifies", "dkim-and-spf", "last-resorts", "scenarios"]


class Shell:
    """Types a command; what it printed and how it ended."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
        self._patch = monkeypatch
        self._capsys = capsys

    def __call__(self, *words: str) -> tuple[int, str, str]:
        self._patch.setattr(sys, "argv", ["unpend", *words])
        code = 0
        try:
            run()
        except SystemExit as ended:
            code = int(ended.code or 0)
        told = self._capsys.readouterr()
        return code, told.out, told.err


@pytest.fixture
def shell(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Shell:
    monkeypatch.chdir(tmp_path)
    for name in ("LANG", "LC_ALL", "LC_MESSAGES", "UNPEND_LANG"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("COLUMNS", "80")
    return Shell(monkeypatch, capsys)


def test_version(shell: Shell) -> None:
    code, out, _ = shell("--version")
    assert (code, out.split()[0]) == (0, "unpend")


@pytest.mark.parametrize("lang", ["en", "ja"])
@pytest.mark.parametrize(
    "words", [[], ["check"], ["records"], ["fix"], ["watch"], ["undo"], ["lab"], ["explain"], ["replay"]]
)
def test_help_teaches_in_both_languages(shell: Shell, words: list[str], lang: str) -> None:
    code, out, _ = shell(*words, "--help", "--lang", lang)
    assert code == 0
    assert "--lang" in out
    assert any(ord(c) > 0x3000 for c in out) is (lang == "ja")


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["chekc"], "No such command"),
        (["check"], "DOMAIN"),
        (["check", "com"], "public suffix"),
        (["check", "192.0.2.1"], "IP address"),
        (["check", "localhost"], "no dot"),
        (["check", "a..b"], "two dots"),
        (["check", "a." * 130 + "com"], "253"),
        (["check", ""], "No domain"),
        (["check", "example.com", "--dkim-token", "short"], "32 characters"),
        (["check", "example.com", "--expect", "none.json"], "cannot be read"),
        (["check", "example.com", "--port", "0"], "--port"),
        (["check", "example.com", "--timeout", "soon"], "--timeout"),
        (["check", "example.com", "--ipv4-only", "--ipv6-only", *TOKENS], "exclude each other"),
        (["check", "example.com", "--resolver", "resolver.example", *TOKENS], "resolver.example"),
        (["check", "example.com", "--resolver", "192.0.2.1:port", *TOKENS], "192.0.2.1:port"),
        (["replay", "none.json"], "cannot be read"),
        (["explain", "no-such-code"], "no page"),
        (["lab", "no-such-scenario"], "no scenario"),
        (["lab", "serve"], "Name a scenario"),
    ],
)
def test_wrong_input_is_told_and_ends_with_2(shell: Shell, words: list[str], says: str) -> None:
    code, out, err = shell(*words)
    assert (code, out) == (2, "")
    assert says in err
    assert "Traceback" not in err


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "empty"),
        (b"hello", "no known format"),
        (b"\xff\xfe\x00", ""),
        (b"[" * 100_000, ""),
        (b'{"EmailIdentity": "other.example", "DkimAttributes": {"Tokens": []}}', ""),
        (b"x" * (5 << 20), "4 MiB"),
    ],
)
def test_wrong_expectation_files(shell: Shell, content: bytes, says: str) -> None:
    Path("expect").write_bytes(content)
    code, out, err = shell("check", "example.com", "--expect", "expect")
    assert (code, out) == (2, "")
    assert says in err
    assert "Traceback" not in err


@pytest.mark.parametrize(
    ("scenario", "code"), [("healthy", 0), ("doubled-zone", 1), ("negative-cached", 3), ("our-network-blocked", 4)]
)
def test_exit_codes(shell: Shell, scenario: str, code: int) -> None:
    assert shell("lab", scenario, "-q")[0] == code


def test_fail_on_warning(shell: Shell) -> None:
    assert shell("lab", "negative-cached", "-q", "--fail-on", "warning")[0] == 1


def test_stdout_is_the_result_and_stderr_the_progress(shell: Shell) -> None:
    _, out, err = shell("lab", "doubled-zone", "--format", "json")
    assert json.loads(out)["findings"][0]["code"] == "doubled-zone"
    assert "Walking" in err
    assert shell("lab", "doubled-zone", "--format", "json", "-q")[2] == ""


def test_language_by_flag_environment_and_locale(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    assert shell("lab", "healthy", "--lang", "ja", "-q")[1].startswith("✔ example.com: すべて")
    monkeypatch.setenv("LANG", "ja_JP.UTF-8")
    assert "すべて" in shell("lab", "healthy", "-q")[1]
    monkeypatch.setenv("UNPEND_LANG", "en")
    assert "every record" in shell("lab", "healthy", "-q")[1]


def test_settings_file_and_environment(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    Path("unpend.toml").write_text('[lab]\nformat = "markdown"\n')
    assert shell("lab", "healthy", "-q")[1].startswith("# ")
    monkeypatch.setenv("UNPEND_FORMAT", "json")
    assert shell("lab", "healthy", "-q")[1].startswith("{")
    assert shell("lab", "healthy", "-q", "--format", "text")[1].startswith("✔")
    Path("unpend.toml").write_text("not = toml = at all")
    assert shell("lab", "healthy")[0] == 2


def test_saved_case_replays_byte_for_byte(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    import asyncio

    from lab_cases import look

    from unpend.lab import Lab, load_scenario
    from unpend.report.casefile import dump

    async def saved() -> tuple[bytes, str]:
        async with Lab(load_scenario("doubled-zone")) as lab:
            report = await look(lab)
        return dump(report.expected, report.observation), report.to_json("en")

    data, told = asyncio.run(saved())
    Path("case.json").write_bytes(data)
    code, out, _ = shell("replay", "case.json", "--format", "json")
    assert (code, out) == (1, told)
    Path("case.json").write_bytes(data[: len(data) // 2])
    assert shell("replay", "case.json")[0] == 2


@pytest.mark.parametrize("lang", ["en", "ja"])
@pytest.mark.parametrize("page", [*sorted(rule.code for rule in all_rules()), *TOPICS])
def test_every_page_is_shown(shell: Shell, page: str, lang: str) -> None:
    code, out, _ = shell("explain", page, "--lang", lang)
    assert code == 0
    assert len(out) > 150


def test_lists(shell: Shell) -> None:
    code, out, _ = shell("lab", "list")
    assert (code, len(out.splitlines())) == (0, len(scenario_names()))
    code, out, _ = shell("explain")
    assert all(rule.code in out for rule in all_rules())


def test_a_scenario_of_ones_own(shell: Shell) -> None:
    Path("mine.toml").write_text(shell("lab", "doubled-zone", "--show")[1].replace("example.com", "my-shop.jp"))
    code, out, _ = shell("lab", "mine.toml", "-q")
    assert code == 1
    assert "my-shop.jp.my-shop.jp" in out.replace("\n", "").replace(" ", "")
    Path("mine.toml").write_text('code = "ok"\nnonsense = 1\n')
    assert shell("lab", "mine.toml")[0] == 2

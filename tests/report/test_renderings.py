"""What people and programs get: the same bytes as last time, lines that fit, nothing hostile, the contract's keys."""

from __future__ import annotations

import json
import os
import unicodedata
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.cells import cell_len

from unpend.model.text import Lang

from . import paper

GOLDEN = Path(__file__).parent / "golden"
LANGS: tuple[Lang, ...] = ("en", "ja")


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("name", sorted(paper.ALL))
@pytest.mark.parametrize("form", ["txt", "md", "json", "support"])
def test_golden(name: str, form: str, lang: Lang) -> None:
    """UPDATE_GOLDEN=1 writes the files anew; read the difference before you commit it."""
    report = paper.ALL[name]()
    said = {
        "txt": lambda: report.to_text(lang, verbose=1),
        "md": lambda: report.to_markdown(lang),
        "support": lambda: report.to_support(lang),
    }
    text = said.get(form, lambda: report.to_json(lang))()
    path = GOLDEN / f"{name}.{lang}.{form}"
    if os.environ.get("UPDATE_GOLDEN"):
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
    assert text == path.read_text(encoding="utf-8")


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("width", [24, 40, 60, 80, 100])
@pytest.mark.parametrize("name", sorted(paper.ALL))
def test_lines_fit_the_terminal(name: str, width: int, lang: Lang) -> None:
    text = paper.ALL[name]().to_text(lang, verbose=1, width=width)
    too_wide = [line for line in text.splitlines() if cell_len(line) > width]
    assert [line for line in too_wide if not line.startswith(("  dig ", "  nslookup "))] == []


def test_colour_is_never_alone() -> None:
    report = paper.doubled()
    plain, coloured = report.to_text("en"), report.to_text("en", colour=True)
    assert "\x1b[" not in plain
    for code in ("\x1b[1m", "\x1b[0m", "\x1b[1;31m"):
        coloured = coloured.replace(code, "")
    assert coloured == plain


CONTROLS = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}


@settings(max_examples=10, deadline=None)
@given(st.text(min_size=1, max_size=60))
def test_nothing_hostile_reaches_the_terminal(content: str) -> None:
    told = json.dumps("\x1b]0;owned\x07\x9b31m" + content.replace('"', "").replace("\\", ""))
    report = paper.hostile("".join(told.split("\n")))
    for lang in LANGS:
        for text in (report.to_text(lang, verbose=1), report.to_markdown(lang)):
            assert [c for c in text if c != "\n" and unicodedata.category(c) in CONTROLS] == []


def keys(value: Any) -> Any:
    """The keys of a JSON value, all the way down; one item stands for a list."""
    if isinstance(value, dict):
        return {key: keys(inner) for key, inner in value.items()}
    return [keys(value[0])] if isinstance(value, list) and value else None


def test_json_has_the_keys_of_the_contract() -> None:
    told = keys(paper.doubled().to_dict("en"))
    assert list(told) == [
        *("schema", "domain", "verdict", "message", "hint", "checked_at", "duration_ms", "queries", "rounds"),
        *("next_check_at", "eta_seconds", "zone", "provider", "expectation", "records", "findings", "plan"),
    ]
    assert told["zone"] == {"apex": None, "dns_host": {"id": None, "name": None}, "nameservers": [None]} | {
        "soa_serial": None,
        "dnssec": None,
    }
    assert list(told["records"][0]) == [
        *("purpose", "required", "name", "type", "expected", "known", "verified", "found", "status", "findings"),
    ]
    assert list(told["findings"][0]) == [
        *("code", "family", "severity", "confidence", "about", "params", "message", "consequences", "evidence"),
    ]
    assert list(told["findings"][0]["evidence"][0]) == [
        *("role", "server", "address", "question", "via", "outcome", "answer", "ttl", "asked_at", "elapsed_ms"),
    ]
    assert list(told["plan"]) == ["safety", "reasons", "changes", "then"]
    assert list(told["plan"]["changes"][0]) == [
        *("where", "op", "zone", "name", "host", "type", "ttl", "values", "before", "because"),
    ]


@pytest.mark.parametrize("name", sorted(paper.ALL))
def test_codes_and_keys_do_not_depend_on_the_language(name: str) -> None:
    english, japanese = (paper.ALL[name]().to_dict(lang) for lang in LANGS)
    assert keys(english) == keys(japanese)
    assert [f["code"] for f in english["findings"]] == [f["code"] for f in japanese["findings"]]
    assert english["plan"]["changes"] == japanese["plan"]["changes"]


def test_verdicts() -> None:
    told = {name: str(make().verdict) for name, make in paper.ALL.items()}
    assert told == {"doubled": "action_required", "healthy": "ok", "silent": "unknown", "waiting": "waiting"}

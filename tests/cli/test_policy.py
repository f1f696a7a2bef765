"""`--policy`: by flag or environment, kept in the case file, and off unless it is asked for."""

from __future__ import annotations

import json
from pathlib import Path

from unpend.lab import Lab, load_scenario

from .lab_flags import flags, typed


async def test_the_wish_by_flag_and_environment(tmp_path: Path) -> None:
    async with Lab(load_scenario("dmarc-missing")) as lab:
        given = [*flags(lab, tmp_path), "--quiet", "--format", "json"]
        code, plain, _ = await typed("check", *given)
        asked, wished, err = await typed("check", *given, "--policy", "--save", str(tmp_path / "case.json"))
        _, told, _ = await typed("check", *given, settings={"UNPEND_POLICY": "1"})
        failing, _, _ = await typed("check", *given, "--policy", "--fail-on", "warning")
    assert (code, json.loads(plain)["findings"]) == (0, [])
    assert [f["code"] for f in json.loads(wished)["findings"]] == ["dmarc-missing"], err
    assert [f["code"] for f in json.loads(told)["findings"]] == ["dmarc-missing"]
    assert (asked, failing) == (0, 1)
    _, again, _ = await typed("replay", str(tmp_path / "case.json"), "--format", "json")
    assert again == wished


async def test_every_command_that_looks_knows_it() -> None:
    for command in ("check", "watch", "fix", "records"):
        _, out, _ = await typed(command, "--help")
        assert "--policy" in out

"""A scan, typed as a user types it, over a lab of many domains: verdicts, order, bad rows, and kill -9 in the middle."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
from pathlib import Path

from tests.cli.lab_flags import UNPEND, typed
from tests.engine.many_domains import KINDS, csv_of, kinds_of, scan_flags, world

COUNT = 11


async def test_every_row_ends_with_verdict_cause_and_plan_in_the_order_of_the_input(tmp_path: Path) -> None:
    (tmp_path / "in.csv").write_text(csv_of(COUNT) + "not a domain,x,\n\n")
    async with world(tmp_path, COUNT) as lab:
        given = ["scan", str(tmp_path / "in.csv"), *scan_flags(lab, tmp_path), "--segment", "6", "--deep", "2"]
        code, out, err = await typed(*given, "--quiet")
        alone, quick, _ = await typed(*given, "--quiet", "--look", "direct", "--deep", "0")
    rows = [json.loads(line) for line in out.splitlines()]
    assert [row["domain"] for row in rows] == [f"{name}." for name, _ in kinds_of(COUNT)] + ["not a domain"], err
    told = [(row["verdict"], row["cause"] or "") for row in rows[:-1]]
    assert told == [KINDS[kind][1:] for _, kind in kinds_of(COUNT)], err
    assert all(bool(row["plan"]["changes"]) is (row["verdict"] != "ok") for row in rows[:-1])
    seen = [(row["verdict"], row["by"], row["cause"]) for row in map(json.loads, quick.splitlines()[:-1])]
    assert seen == [("ok" if kind == "right" else "unknown", "fast", None) for _, kind in kinds_of(COUNT)]
    assert alone == 4
    assert (code, rows[-1]["verdict"], rows[-1]["line"]) == (1, "invalid", COUNT + 2)
    assert f"line {COUNT + 2}:" in err


async def killed(words: list[str], folder: Path, segments: int, how: signal.Signals = signal.SIGKILL) -> str:
    """Start the command, send the signal when so many segments are done; what it still said on stderr."""
    process = subprocess.Popen([UNPEND, *words], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    async with asyncio.timeout(90):
        while process.poll() is None:
            if (folder / "scan.json").exists() and len(done(folder)) >= segments:
                break
            await asyncio.sleep(0.01)
    assert process.poll() is None, process.communicate()
    process.send_signal(how)
    _, err = await asyncio.to_thread(process.communicate)
    return err


def done(folder: Path) -> dict[str, int]:
    """The segments that the journal holds, and when each was written; one without its line yet may be done again."""
    journal = folder / "journal.ndjson"
    lines = journal.read_text().splitlines(keepends=True) if journal.exists() else []
    names = [f"segment-{json.loads(line)['segment']:08}.ndjson" for line in lines if line.endswith("}\n")]
    return {name: (folder / name).stat().st_mtime_ns for name in names}


async def test_kill_9_and_resume_give_the_bytes_of_a_scan_that_was_left_alone(tmp_path: Path) -> None:
    (tmp_path / "in.csv").write_text(csv_of(COUNT) + "not a domain,x,\n")
    async with world(tmp_path, COUNT) as lab:
        given = ["scan", str(tmp_path / "in.csv"), *scan_flags(lab, tmp_path), "--quiet"]
        given += ["--segment", "2", "--deep", "1", "--processes", "1"]
        await typed(*given, "--out", str(tmp_path / "whole.ndjson"))
        broken = [*given, "--out", str(tmp_path / "broken.ndjson")]
        work = tmp_path / "broken.ndjson.scan"
        await killed(broken, work, 2)
        before = done(work)
        with open(work / "journal.ndjson", "ab") as journal:
            journal.write(b'{"segment":7,"rows"')
        refused, _, why = await typed(*broken)
        other, _, said = await typed(*broken, "--resume", "--policy")
        await killed([*broken, "--resume"], work, len(before) + 1)
        kept = done(work)
        code, out, err = await typed(*broken, "--resume")
    assert (refused, other) == (2, 2)
    assert "--resume" in why
    assert "another settings" in said
    assert before.items() <= kept.items(), "what was done is not done again"
    assert code == 1, err
    assert (tmp_path / "broken.ndjson").read_bytes() == (tmp_path / "whole.ndjson").read_bytes()
    assert f"{COUNT + 1} domains" in out
    assert not work.exists()


async def test_stdin_to_csv_with_page_and_changes_and_ctrl_c_says_how_to_go_on(tmp_path: Path) -> None:
    (tmp_path / "in.csv").write_text(csv_of(5))
    out = tmp_path / "out.csv"
    async with world(tmp_path, 5) as lab:
        given = [*scan_flags(lab, tmp_path), "--quiet", "--processes", "1", "--out", str(out)]
        why = await killed(["scan", str(tmp_path / "in.csv"), *given], tmp_path / "out.csv.scan", 0, signal.SIGINT)
        gone_on, _, err = await typed("scan", str(tmp_path / "in.csv"), *given, "--resume")
        first = out.read_bytes()
        page = ["--diff", str(out), "--report", str(tmp_path / "page.html"), "--lang", "ja"]
        shell = ["sh", "-c", 'cat "$0" | exec "$@"', str(tmp_path / "in.csv"), UNPEND, "scan", "-", *given, *page]
        process = await asyncio.create_subprocess_exec(
            *shell, stdout=subprocess.PIPE, env=os.environ | {"LANG": "C.UTF-8"}
        )
        said, _ = await process.communicate()
    assert gone_on == 1, err
    assert "--resume" in why
    assert process.returncode == 1
    assert "前回のスキャンから変化はありません" in said.decode()
    assert len(first.splitlines()) == len(out.read_bytes().splitlines()) == 6
    assert "swapped-targets" in (tmp_path / "page.html").read_text()

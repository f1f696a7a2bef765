"""kill -9 while the result is written, in each format: the old file stands until the new one is whole, and the scan goes on."""

from __future__ import annotations

import asyncio
import csv
import os
import random
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pyarrow.parquet
import pytest
from tests.cli.lab_flags import UNPEND, typed

ROWS = 3000
OLD = b"the result of yesterday\n"


def command(folder: Path, out: str) -> list[str]:
    """A scan that needs no network: no row is a domain."""
    given = ["--quiet", "--look", "direct", "--deep", "0", "--processes", "1", "--segment", "500"]
    return ["scan", str(folder / "in.csv"), *given, "--out", str(folder / out)]


def killed(words: list[str], begun: Callable[[], bool], after: float) -> bool:
    """Kill it so long after it began with something; False where it was through before that was seen."""
    process = subprocess.Popen([UNPEND, *words], stdout=subprocess.DEVNULL, env=os.environ | {"LANG": "C.UTF-8"})
    while process.poll() is None and not begun():
        time.sleep(0.001)
    time.sleep(after)
    process.kill()
    return process.wait() < 0


def lines_of(path: Path) -> list[int]:
    """The line of each result; it can only be read where the file is whole."""
    if path.suffix == ".csv":
        with open(path, newline="") as file:
            return [int(row["line"]) for row in csv.DictReader(file)]
    return list(pyarrow.parquet.read_table(path)["line"].to_pylist())


@pytest.mark.parametrize("ending", ["csv", "parquet"])
def test_no_half_written_result_ever_stands_under_its_name(ending: str, tmp_path: Path) -> None:
    seed = int(os.environ.get("UNPEND_SEED") or random.randrange(1 << 32))
    sys.stdout.write(f"UNPEND_SEED={seed}\n")
    dice = random.Random(seed)
    rows = (f"not a domain {n},{dice.getrandbits(512):x}" for n in range(ROWS))
    (tmp_path / "in.csv").write_text("\n".join(["domain,tokens", *rows]) + "\n")
    out, work = tmp_path / f"out.{ending}", tmp_path / f"out.{ending}.scan"
    out.write_bytes(OLD)
    words = command(tmp_path, out.name)
    in_time = killed(words, out.with_name(out.name + ".half").exists, dice.choice((0, 0, dice.uniform(0, 0.1))))
    at_once = out.read_bytes()
    assert in_time or at_once != OLD
    if work.exists():
        code, _, err = asyncio.run(typed(*words, "--resume"))
        assert code == 2, err
    assert at_once in (OLD, out.read_bytes())
    assert lines_of(out) == list(range(2, ROWS + 2))
    assert not work.exists()

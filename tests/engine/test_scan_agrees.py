"""A scan says what `check` says: every scenario's domain, a neighbour, and the domain with other expectations.

The suite takes a sample of the worlds, the same each time; `./dev agree` (UNPEND_AGREE=all) takes all of them.
"""

from __future__ import annotations

import os
import random
from pathlib import Path

import pytest
from tests.engine.agreement import differing

from unpend.lab import scenario_names

ALL = [(name, number) for number, name in enumerate(scenario_names())]
WORLDS = ALL if os.environ.get("UNPEND_AGREE") == "all" else sorted(random.Random(8).sample(ALL, 7))


@pytest.mark.parametrize(("name", "number"), WORLDS)
async def test_the_verdict_and_the_causes_are_those_of_check(name: str, number: int, tmp_path: Path) -> None:
    assert await differing(name, number, tmp_path / "in.ndjson") == []

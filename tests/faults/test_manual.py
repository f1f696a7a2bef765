"""docs/operate.md says which test proves what it promises: the files are there, and both languages name the same."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]


def proofs(page: str) -> list[str]:
    """The last column of the rows that name a test."""
    return re.findall(r"^\|.*\| `(tests/\S+\.py)` \|$", (ROOT / "docs" / page).read_text(), re.MULTILINE)


def test_every_promise_names_a_test_that_is_there() -> None:
    named = proofs("operate.md")
    assert named == proofs("operate.ja.md")
    assert [name for name in named if not (ROOT / name).is_file()] == []
    here = {f"tests/faults/{path.name}" for path in Path(__file__).parent.glob("test_*.py")}
    assert here - set(named) == {"tests/faults/test_manual.py"}

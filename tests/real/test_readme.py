"""The READMEs show what the three commands really print: they are typed here, against a real BIND.

UPDATE_README=1 writes what is printed into them.
"""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from .daemons import UpdatableBind
from .test_fix import Person, scenario_at_one_primary
from .world import real_world

pytestmark = pytest.mark.real
ROOT = Path(__file__).parents[2]
READMES = {"en": ROOT / "README.md", "ja": ROOT / "README.ja.md"}
# What differs from run to run, in texts without white space: where a line breaks depends on it, too.
VARIES = (
    (r"127\.\d+\.\d+\.\d+", "<address>"),
    (r"(\d{4}-\d\d-\d\d)?T?\d\d:\d\d(:\d\d)?(Z|UTC)?", "<time>"),
    (r"\d+(\.\d+)?(ms|s|秒|seconds|minutes|分)", "<duration>"),
)


def same_each_time(text: str) -> str:
    text = "".join(text.split())
    for pattern, word in VARIES:
        text = re.sub(pattern, word, text)
    return text


BLOCK = re.compile(r"(?<=<!-- real output -->\n)(```\w+\n)(.*?)(?=```)", re.DOTALL)


def shown(lang: str) -> list[str]:
    """The blocks under the three commands."""
    return [block[1] for block in BLOCK.findall(READMES[lang].read_text("utf-8"))]


def update(lang: str, printed: tuple[str, ...]) -> None:
    text, left = READMES[lang].read_text("utf-8"), iter(printed)
    READMES[lang].write_text(BLOCK.sub(lambda block: block[1] + next(left).strip() + "\n", text), "utf-8")


@pytest.mark.parametrize("lang", READMES)
async def test_the_three_commands_print_what_the_readme_shows(lang: str, tmp_path: Path) -> None:
    async with real_world(scenario_at_one_primary("doubled-zone", tmp_path), tmp_path, UpdatableBind) as world:
        person = Person(world, tmp_path)
        given = [*person.flags, "--lang", lang]
        _, check, _ = await person.types("check", *given)
        _, fix, _ = await person.types("fix", *given, "--yes", "--undo-file", "undo.json")
        await world.forget()
        _, watch, _ = await person.types("watch", *given)
    if os.environ.get("UPDATE_README"):
        update(lang, (check, fix, watch))
    printed = [same_each_time(each) for each in (check, fix, watch)]
    assert [same_each_time(each) for each in shown(lang)] == printed, "\n=====\n".join((check, fix, watch))

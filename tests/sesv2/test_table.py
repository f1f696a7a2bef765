"""docs/sesv2.md says of every operation and member how it is filled: nothing is missing there, and nothing there is not so."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import botocore.session
import pytest
from tests.sesv2.routes_of_botocore import NEWEST, routes_of

from unpend.engine.opening import open_installation
from unpend.sesv2 import v1
from unpend.sesv2.door import OPERATIONS, Door
from unpend.sesv2.gate import Gate
from unpend.sesv2.request import Request
from unpend.sesv2.routes import operations

DOCS = Path(__file__).parents[2] / "docs"
PAGES = ["sesv2.md", "sesv2.ja.md"]
MODEL = botocore.session.get_session()


def members(shape: Any, above: str = "") -> Iterator[str]:
    for name, member in (shape.members if shape else {}).items():
        yield above + name
        inner = member.member if member.type_name == "list" else member
        if inner.type_name == "structure":
            yield from members(inner, f"{above}{name}.")


@pytest.mark.parametrize("page", PAGES)
def test_every_member_of_v2_is_told(page: str) -> None:
    text = (DOCS / page).read_text(encoding="utf-8")
    told = re.findall(r"^\| (\w+) \| ([→←]) `([\w.]+)` \| (\S.*) \|$", text, re.MULTILINE)
    ses = MODEL.get_service_model("sesv2")
    wanted = {
        (name, arrow, path)
        for name in OPERATIONS
        for arrow, shape in (
            ("→", ses.operation_model(name).input_shape),
            ("←", ses.operation_model(name).output_shape),
        )
        for path in members(shape)
    }
    assert {(name, arrow, path) for name, arrow, path, _ in told} == wanted
    assert len(told) == len(wanted)


@pytest.mark.parametrize("page", PAGES)
def test_every_action_of_v1_is_told(page: str) -> None:
    ses = MODEL.get_service_model("ses")
    rows = re.findall(
        r"^\| (\w+) \| (`.*?) \| (.*?) \| (\S.*) \|$", (DOCS / page).read_text(encoding="utf-8"), re.MULTILINE
    )
    told = {
        name: (set(re.findall(r"`(\w+)`", given)), set(re.findall(r"`(\w+)`", got))) for name, given, got, _ in rows
    }
    models = {name: ses.operation_model(name) for name in v1.ACTIONS}
    assert told == {name: (set(m.input_shape.members), set(m.output_shape.members)) for name, m in models.items()}


def test_every_other_operation_is_refused(tmp_path: Path) -> None:
    """All of them, by the paths that the newest SDK calls them by."""
    installation = open_installation(f"sqlite:///{tmp_path}/unpend.db")
    door = Door(installation.identities, Gate())
    others = {name: way for name, way in routes_of(NEWEST).items() if name not in OPERATIONS}
    assert len(others) == len(operations()) - len(OPERATIONS)
    for name, (method, pattern) in others.items():
        path = re.sub(r"\{\w+\}", "x", pattern)
        answer = door.answer(Request(method, path, "", (("host", "localhost"),), b"{}"))
        assert (answer.status, answer.headers["x-amzn-errortype"]) == (400, "BadRequestException")
        assert name in answer.body.decode()
    installation.close()

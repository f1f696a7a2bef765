"""The C half of the bulk look-up, compiled for these tests."""

from __future__ import annotations

import shutil
from typing import Any

import pytest

from unpend.observer.bulk.accelerate import build
from unpend.observer.bulk.compiled import module_at


@pytest.fixture(scope="module")
def module(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """The C half, freshly compiled."""
    return module_at(build(tmp_path_factory.mktemp("bursts"))) if shutil.which("cc") else None

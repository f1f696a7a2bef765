"""Every sentence of this floor stands in both languages with the same places."""

from __future__ import annotations

import importlib
import pkgutil
import string
from collections.abc import Iterator

import pytest

from unpend import catalog, sources
from unpend.model.text import Text


def texts() -> Iterator[tuple[str, Text]]:
    for package in (sources, catalog):
        for module in pkgutil.walk_packages(package.__path__, package.__name__ + "."):
            for name, value in vars(importlib.import_module(module.name)).items():
                if isinstance(value, Text):
                    yield f"{module.name}.{name}", value


def places(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


@pytest.mark.parametrize("text", [pytest.param(text, id=where) for where, text in texts()])
def test_both_languages(text: Text) -> None:
    assert text.en.strip()
    assert text.ja.strip()
    assert text.en != text.ja
    assert places(text.en) == places(text.ja)

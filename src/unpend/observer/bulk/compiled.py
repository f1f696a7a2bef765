"""Finds the optional C half of the bulk look-up (`bursts.c`). `UNPEND_PURE=1` leaves it aside."""

from __future__ import annotations

import importlib.util
import os
from functools import cache
from pathlib import Path
from typing import Any
from zlib import crc32

HERE = Path(__file__).parent
SOURCE = HERE / "bursts.c"
SOURCES = (SOURCE, HERE / "subjects.h")


def built_name() -> str:
    """The file of the built module. It names the very source, so that an older build is not taken for it."""
    if not all(source.exists() for source in SOURCES):
        return ""
    return f"_bursts-{crc32(b''.join(source.read_bytes() for source in SOURCES)):08x}.abi3.so"


def module_at(path: Path) -> Any:
    """The built module of a file."""
    spec = importlib.util.spec_from_file_location("_bursts", path)
    if spec is None or spec.loader is None:
        raise ImportError(f"{path} cannot be loaded")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@cache
def compiled() -> Any | None:
    """The module, where it was built for this machine and is wanted."""
    path = HERE / built_name()
    if os.environ.get("UNPEND_PURE") or not path.is_file():
        return None
    try:
        return module_at(path)
    except ImportError:
        return None

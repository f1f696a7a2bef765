"""The optional C half of the bulk look-up: builds it (`./dev accelerate`) and finds it. Without it everything works.

A compiler call and no build system: one file, the stable ABI, no library. `UNPEND_PURE=1` leaves it aside.
"""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any, cast

from unpend.observer.bulk.burst import Burst, Bursts, open_socket

HERE = Path(__file__).parent
SOURCE = HERE / "bursts.c"
BUILT = "_bursts.abi3.so"
MakeBurst = Callable[[int, bool], Bursts]


def build(folder: Path = HERE) -> Path:
    """Compile it into a folder; RuntimeError where there is no C compiler or it fails."""
    compiler = os.environ.get("CC") or next(filter(None, map(shutil.which, ("cc", "gcc", "clang"))), None)
    if compiler is None:
        raise RuntimeError("no C compiler was found (Debian: apt install gcc python3-dev); unpend works without it")
    target = folder / BUILT
    include = f"-I{sysconfig.get_paths()['include']}"
    command = [*compiler.split(), "-O2", "-Wall", "-Wextra", "-Wno-unused-parameter", "-shared", "-fPIC", include]
    done = subprocess.run([*command, str(SOURCE), "-o", str(target)], capture_output=True, text=True, check=False)  # noqa: S603
    if done.returncode:
        raise RuntimeError(f"the C compiler failed:\n{done.stderr[-2000:]}")
    return target


def loaded(path: Path) -> MakeBurst:
    """How to make a burst with a built module."""
    spec = importlib.util.spec_from_file_location("_bursts", path)
    if spec is None or spec.loader is None:
        raise ImportError(f"{path} cannot be loaded")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    made: Any = module

    def make(family: int, recurse: bool) -> Bursts:
        sock = open_socket(family)
        return cast(Bursts, made.Burst(sock, sock.fileno(), recurse))

    return make


@cache
def _found() -> MakeBurst | None:
    try:
        return loaded(HERE / BUILT) if (HERE / BUILT).exists() else None
    except ImportError:
        return None


def make_burst() -> MakeBurst:
    """The C half where it was built and is wanted, else the pure one."""
    found = None if os.environ.get("UNPEND_PURE") else _found()
    return found or Burst


def main() -> None:
    """`./dev accelerate`."""
    try:
        sys.stdout.write(f"built {build()}\n")
    except RuntimeError as error:
        sys.exit(f"unpend: {error}")

"""Builds the optional C half of the bulk look-up (`./dev accelerate`). Without it everything works, only slower.

A compiler call and no build system: one file, the stable ABI, no library.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

from unpend.observer.bulk.burst import Burst, Bursts, open_socket
from unpend.observer.bulk.compiled import HERE, SOURCE, built_name, compiled

MakeBurst = Callable[[int, bool], Bursts]


def build(folder: Path = HERE) -> Path:
    """Compile it into a folder; RuntimeError where there is no C compiler or it fails."""
    compiler = os.environ.get("CC") or next(filter(None, map(shutil.which, ("cc", "gcc", "clang"))), None)
    if compiler is None:
        raise RuntimeError("no C compiler was found (Debian: apt install gcc python3-dev); unpend works without it")
    target = folder / built_name()
    include = f"-I{sysconfig.get_paths()['include']}"
    command = [*compiler.split(), "-O2", "-Wall", "-Wextra", "-Wno-unused-parameter", "-shared", "-fPIC", include]
    done = subprocess.run([*command, str(SOURCE), "-o", str(target)], capture_output=True, text=True, check=False)  # noqa: S603
    if done.returncode:
        raise RuntimeError(f"the C compiler failed:\n{done.stderr[-2000:]}")
    return target


def burst_of(module: Any) -> MakeBurst:
    """How to make a burst with a built module."""

    def make(family: int, recurse: bool) -> Bursts:
        sock = open_socket(family)
        return cast(Bursts, module.Burst(sock, sock.fileno(), recurse))

    return make


def make_burst() -> MakeBurst:
    """The C half where it was built and is wanted, else the pure one."""
    module = compiled()
    return Burst if module is None else burst_of(module)


def main() -> None:
    """`./dev accelerate`."""
    try:
        sys.stdout.write(f"built {build()}\n")
    except RuntimeError as error:
        sys.exit(f"unpend: {error}")

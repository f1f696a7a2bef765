"""Builds the optional C half of the bulk look-up (`./dev accelerate`). Without it everything works, only slower.

A compiler call and no build system: one file, the stable ABI, no library.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

from unpend.observer.bulk.compiled import HERE, SOURCE, built_name


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


def main() -> None:
    """`./dev accelerate`."""
    try:
        sys.stdout.write(f"built {build()}\n")
    except RuntimeError as error:
        sys.exit(f"unpend: {error}")

"""The command `unpend`: nothing is imported before it is needed, so that `--version` costs nothing."""

from __future__ import annotations

import sys


def run() -> None:
    """The console script."""
    if sys.argv[1:] == ["--version"]:
        from unpend import __version__

        sys.stdout.write(f"unpend {__version__}\n")
        return
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
    from unpend.cli.errors import guarded

    sys.exit(guarded(_invoke))


def _invoke() -> int:
    from unpend.cli.group import group

    result = group().main(standalone_mode=False, prog_name="unpend")
    return result if isinstance(result, int) else 0
